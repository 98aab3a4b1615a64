package bench

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// processor is the time that a process has had of the processors: unlike rates,
// it depends little on what else the machine does. 0 where it is not known.
func processor(c *exec.Cmd) time.Duration {
	doc, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.Process.Pid))
	if err != nil {
		return 0
	}
	// The name of the program, in brackets, may hold anything. proc(5): the 14th
	// and 15th fields are user and system time in ticks of 10 ms (USER_HZ is 100
	// on every Linux).
	f := strings.Fields(string(doc[strings.LastIndexByte(string(doc), ')')+1:]))
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// residentMB is the resident memory of a process.
func residentMB(pid int) (float64, error) {
	doc, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(doc)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			kb, err := strconv.ParseFloat(f[1], 64)
			return kb / 1024, err
		}
	}
	return 0, fmt.Errorf("no VmRSS")
}

// loadOfMachine is what else the machine does.
func loadOfMachine() string {
	busy, _ := os.ReadFile("/proc/loadavg")
	f := strings.Fields(string(busy))
	return strings.Join(f[:min(3, len(f))], " ")
}

// freePorts finds ports that nobody listens on.
func freePorts(n int) (ports []int, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// endProcess asks a process of ours to end, and insists after a while.
func endProcess(c *exec.Cmd) {
	c.Process.Signal(os.Interrupt)
	kill := time.AfterFunc(10*time.Second, func() { c.Process.Kill() })
	defer kill.Stop()
	c.Wait()
}
