module outdial

go 1.26.0

require (
	github.com/aws/aws-sdk-go-v2 v1.47.5 // tests: the official SDK is the client
	github.com/aws/aws-sdk-go-v2/service/connect v1.175.2 // tests: the official SDK is the client
	github.com/aws/smithy-go v1.28.7 // tests: its errors
	github.com/coder/websocket v1.8.15 // WebSockets: the sound of calls, streamed live
	github.com/emiago/sipgo v1.7.1 // SIP messages, transactions and transports
	github.com/google/go-cmp v0.7.0 // tests: differences that can be read
	github.com/google/uuid v1.6.0 // ids that sort by time (UUIDv7)
	github.com/hraban/opus v0.0.0-20260708213942-bde8e4304501 // Opus by libopus, with the build tags opus and nolibopusfile only
	github.com/icholy/digest v1.2.0 // SIP digest authentication
	github.com/jackc/pgx/v5 v5.12.0 // PostgreSQL
	github.com/mattn/go-isatty v0.0.24 // colours only on a terminal
	github.com/nyaruka/phonenumbers v1.8.1 // which numbers are possible, where they are, and what time it is there
	github.com/pion/rtcp v1.2.17 // RTP control packets
	github.com/pion/rtp v1.10.5 // RTP packets
	github.com/pion/srtp/v3 v3.0.8 // protection of RTP
	github.com/prometheus/client_golang v1.23.2 // metrics
	github.com/zaf/g711 v1.4.0 // PCMU and PCMA
	go.yaml.in/yaml/v3 v3.0.5 // the configuration, with lines
	golang.org/x/sync v0.24.0 // errgroup: goroutines that somebody waits for
	golang.org/x/text v0.41.0 // folding and normal forms of words
	golang.org/x/time v0.16.0 // token buckets
	golang.org/x/tools v0.50.0 // tests: txtar
	modernc.org/sqlite v1.60.1 // SQLite without cgo
	pgregory.net/rapid v1.3.0 // tests: properties
)

require (
	github.com/aws/aws-sdk-go-v2/internal/configsources v1.4.25 // indirect
	github.com/aws/aws-sdk-go-v2/internal/endpoints/v2 v2.7.25 // indirect
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/dustin/go-humanize v1.0.1 // indirect
	github.com/gobwas/httphead v0.1.0 // indirect
	github.com/gobwas/pool v0.2.1 // indirect
	github.com/gobwas/ws v1.3.2 // indirect
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	github.com/jackc/puddle/v2 v2.2.3 // indirect
	github.com/kr/text v0.2.0 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/ncruces/go-strftime v1.0.0 // indirect
	github.com/pion/logging v0.2.4 // indirect
	github.com/pion/randutil v0.1.0 // indirect
	github.com/pion/transport/v3 v3.0.7 // indirect
	github.com/prometheus/client_model v0.6.2 // indirect
	github.com/prometheus/common v0.66.1 // indirect
	github.com/prometheus/procfs v0.16.1 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	go.yaml.in/yaml/v2 v2.4.2 // indirect
	golang.org/x/sys v0.48.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
	modernc.org/libc v1.77.1 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.12.1 // indirect
)
