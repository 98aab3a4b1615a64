# syntax=docker/dockerfile:1
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /out/outdial ./cmd/outdial \
 && mkdir -p /out/data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/outdial /usr/local/bin/outdial
COPY --from=build --chown=nonroot:nonroot /out/data /data
COPY LICENSE /usr/share/doc/outdial/LICENSE
WORKDIR /data
VOLUME /data
EXPOSE 3425
STOPSIGNAL SIGTERM
# Within a container the server must listen on every address. -insecure says
# that TLS is spoken by a proxy before it, or not at all; with a certificate,
# give -tls-cert and -tls-key instead:
#   docker run -p 127.0.0.1:3425:3425 -v outdial:/data outdial
# Let it stop in peace: docker stop -t 60.
ENTRYPOINT ["/usr/local/bin/outdial"]
CMD ["serve", "-listen", "0.0.0.0:3425", "-insecure"]
