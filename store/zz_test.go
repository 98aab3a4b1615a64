package store

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func procIO() map[string]int64 {
	b, _ := os.ReadFile("/proc/self/io")
	m := map[string]int64{}
	for _, l := range strings.Split(string(b), "\n") {
		var k string
		var v int64
		if n, _ := fmt.Sscanf(l, "%s %d", &k, &v); n == 2 {
			m[k] = v
		}
	}
	return m
}
func cpu() float64 {
	var r syscall.Rusage
	syscall.Getrusage(0, &r)
	return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e3
}
func BenchmarkIO(b *testing.B) {
	databases(b, func(b *testing.B, url string) {
		s := serve(b, url, Options{Handover: func([]Job) {}})
		units := make([]*startUnit, b.N+1)
		for i := range units {
			units[i] = newStart(int64(i))
		}
		time.Sleep(100 * time.Millisecond)
		a := procIO()
		c0 := cpu()
		n0 := batches.Load()
		load(b, func(n int64) error { u := newStart(n); return s.Update(b.Context(), u.need, u.run) })
		z := procIO()
		c1 := cpu()
		b.ReportMetric(float64(z["wchar:"]-a["wchar:"])/float64(b.N), "wB/unit")
		b.ReportMetric(float64(z["syscw:"]-a["syscw:"])/float64(b.N), "writes/unit")
		b.ReportMetric((c1-c0)/float64(b.N), "cpu-us/unit")
		b.ReportMetric(float64(b.N)/float64(batches.Load()-n0), "batch")
	})
}

func BenchmarkGen(b *testing.B) {
	for i := range b.N {
		newStart(int64(i))
	}
}
