package crowd

import (
	"net"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// prepare lets the kernel say when it received each packet, and hold many.
func prepare(c *net.UDPConn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
		// As large as we may: by right first, as far as the system lets us else.
		if unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 32<<20) != nil {
			_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 32<<20)
		}
	}); err != nil {
		return err
	}
	return failed
}

// received is when the kernel received a packet, in nanoseconds since 1970. There
// is one control message, and it is the one that was asked for: cmsg(3).
func received(oob []byte) int64 {
	const head = int(unsafe.Sizeof(unix.Cmsghdr{}))
	if len(oob) < head+int(unsafe.Sizeof(unix.Timespec{})) || (*unix.Cmsghdr)(unsafe.Pointer(&oob[0])).Type != unix.SO_TIMESTAMPNS {
		return time.Now().UnixNano()
	}
	return (*unix.Timespec)(unsafe.Pointer(&oob[head])).Nano()
}
