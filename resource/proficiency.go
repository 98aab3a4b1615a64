package resource

// A Proficiency is how well an agent does what a predefined attribute names.
// API_UserProficiency
type Proficiency struct {
	Name  string  `json:"name"`
	Value string  `json:"value"`
	Level float64 `json:"level"` // 1..5
}
