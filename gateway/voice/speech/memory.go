package speech

import (
	"container/list"
	"sync"
	"time"

	"outdial/gateway/voice/audio"
)

// memory holds sound, and forgets what was not used for longest.
type memory struct {
	mu    sync.Mutex
	most  int64 // bytes
	size  int64
	order *list.List // of *held, the newest first
	by    map[heldKey]*list.Element
}

type heldKey struct {
	key  string
	rate int
}

type held struct {
	heldKey
	clip  audio.Clip
	until time.Time // zero: for ever
}

func newMemory(most int64) *memory {
	return &memory{most: most, order: list.New(), by: map[heldKey]*list.Element{}}
}

func (m *memory) get(key string, rate int) (audio.Clip, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.by[heldKey{key, rate}]
	if !ok {
		return audio.Clip{}, false
	}
	h := e.Value.(*held)
	if !h.until.IsZero() && time.Now().After(h.until) {
		m.drop(e)
		return audio.Clip{}, false
	}
	m.order.MoveToFront(e)
	return h.clip, true
}

func (m *memory) put(key string, c audio.Clip, life time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := heldKey{key, c.Rate}
	if e, ok := m.by[k]; ok {
		m.drop(e)
	}
	h := &held{heldKey: k, clip: c}
	if life > 0 {
		h.until = time.Now().Add(life)
	}
	m.by[k] = m.order.PushFront(h)
	m.size += bytesOf(c)
	for m.size > m.most && m.order.Len() > 1 {
		m.drop(m.order.Back())
	}
}

func (m *memory) drop(e *list.Element) {
	h := e.Value.(*held)
	m.order.Remove(e)
	delete(m.by, h.heldKey)
	m.size -= bytesOf(h.clip)
}

func bytesOf(c audio.Clip) int64 { return int64(len(c.Samples))*2 + 200 }
