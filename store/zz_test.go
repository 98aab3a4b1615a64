package store
import ("math/rand/v2";"sync";"sync/atomic";"testing";"os";"strings";"fmt";"time";"syscall")
var batches atomic.Int64
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
		s := serve(b, url, Options{Handover: func([]Job) {batches.Add(1)}})
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
func BenchmarkManyIO(b *testing.B){
	s := serve(b, "file:/tmp/storebench/many.db", Options{Handover: func([]Job) {batches.Add(1)}})
	var have int64
	c,_:=s.db.read(b.Context()); c.do(b.Context(), stmt{text:"select count(*) from contact", each: func(r row) error { have=r.num(0); return nil}}); c.rollback()
	if have < 1000000 { var next atomic.Int64; var wg sync.WaitGroup; now:=time.Now(); many:=int64(1000000)
		for range callers { wg.Go(func(){ for n := next.Add(1); n <= many; n = next.Add(1) { age := 30 * 24 * time.Hour * time.Duration(many-n) / time.Duration(many); if err:=s.Update(b.Context(), Need{}, endedAt(n, now.Add(-age)));err!=nil{b.Error(err);return} } }) }
		wg.Wait() }
	if os.Getenv("SEEDONLY")!="" {return}
	a:=procIO(); c0:=cpu(); n0:=batches.Load()
	load(b, func(n int64) error { u:=newStart(rand.Int64N(1e15)); return s.Update(b.Context(), u.need, u.run) })
	z:=procIO(); c1:=cpu()
	b.ReportMetric(float64(z["wchar:"]-a["wchar:"])/float64(b.N),"wB/unit")
	b.ReportMetric(float64(z["syscw:"]-a["syscw:"])/float64(b.N),"writes/unit")
	b.ReportMetric(float64(z["syscr:"]-a["syscr:"])/float64(b.N),"reads/unit")
	b.ReportMetric((c1-c0)/float64(b.N),"cpu-us/unit")
	b.ReportMetric(float64(b.N)/float64(batches.Load()-n0),"batch")
}
