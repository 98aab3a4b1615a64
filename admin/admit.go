package admin

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"outdial/fault"
)

// admit lets a caller in who may do the route's action, and reads the body.
func (s *Server) admit(c *call, e *route) error {
	if e.access == open || e.access == link && (s.linked(c) || e.method == http.MethodPut) {
		return nil
	}
	unsigned := c.r.Header.Get("Authorization") == "" && !strings.Contains(c.r.URL.RawQuery, "X-Amz-Algorithm=")
	if s.Verifier == nil || unsigned && e.access == local && s.isLocal(c.r) {
		c.caller = s.Anonymous
		// Without a signature any page that a browser on this machine shows could
		// call us.
		if err := s.cross.Check(c.r); err != nil {
			return fault.Wrap(fault.Denied, err, "a request from another site must be signed")
		}
		var err error
		c.body, err = io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
		if err != nil {
			var over *http.MaxBytesError
			if errors.As(err, &over) {
				return errTooLarge
			}
			return fault.Wrap(fault.Invalid, err, "the body could not be read to its end")
		}
		return nil
	}
	caller, body, err := s.Verifier.Verify(c.r, "connect")
	if err != nil {
		return err
	}
	c.caller, c.body = caller, body
	return caller.Authorize(s.Name+":"+e.action, s.resource(c))
}

// isLocal tells whether a request comes from this machine, and by no proxy: to a
// loopback address under a loopback name, which keeps out pages whose name was
// made to point here.
func (s *Server) isLocal(r *http.Request) bool {
	for _, name := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	return loopbackHost(r.RemoteAddr) && loopbackHost(r.Host)
}

func loopbackHost(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// resource is what a policy is asked about: the contact, the handset, the list,
// or everything of the account.
func (s *Server) resource(c *call) string {
	for _, kind := range []struct{ label, name string }{{"id", "contact"}, {"number", "handset"}, {"name", "agent"}, {"list", "optout"}, {"instance", "dnc"}, {"file", "attachment"}} {
		if v := c.label[kind.label]; v != "" {
			if kind.label == "id" && strings.HasSuffix(c.action, "Key") {
				kind.name = "key"
			}
			return "arn:" + c.caller.Partition() + ":" + s.Name + ":" + c.caller.Region + ":" + c.caller.Account + ":" + kind.name + "/" + v
		}
	}
	return "*"
}
