package resource

// Kinds that agents and those who manage them know.
const (
	KindQuickConnect Kind = "transfer-destination"
	KindSecurity     Kind = "security-profile"
	KindGroup        Kind = "agent-group"
	KindLevels       Kind = "agent-group-levels" // one for each instance, by its id
	KindStatus       Kind = "agent-state"
	KindAttribute    Kind = "predefined-attribute"
	KindAvailable    Kind = "available-number" // a Number that may be claimed
)

// A QuickConnect is a place to which an agent may hand a contact.
// API_QuickConnectConfig
type QuickConnect struct {
	Meta
	Type   string `json:"type"` // USER, QUEUE, PHONE_NUMBER or FLOW
	Target string `json:"target,omitempty"`
	Flow   string `json:"flow,omitempty"` // the transfer flow's id; none of a PHONE_NUMBER
}

// A SecurityProfile says what agents may do. It is kept and told: agents do not
// log in here, so nothing asks for it.
type SecurityProfile struct {
	Meta
	Permissions []string          `json:"permissions,omitempty"`
	AccessTags  map[string]string `json:"accessTags,omitempty"`  // AllowedAccessControlTags
	Restricted  []string          `json:"restricted,omitempty"`  // TagRestrictedResources
	ByHierarchy []string          `json:"byHierarchy,omitempty"` // HierarchyRestrictedResources
	AccessGroup string            `json:"accessGroup,omitempty"` // AllowedAccessControlHierarchyGroupId
}

// A Group is a group of agents, in a hierarchy of up to five levels.
type Group struct {
	Meta
	Parent string `json:"parent,omitempty"` // id
	Level  int    `json:"level"`            // 1..5
}

// Levels are the levels of an instance's hierarchy of agents.
type Levels struct {
	Meta
	Levels []Level `json:"levels"`
}

// A Level is one level of the hierarchy of agents; the first is the highest.
type Level struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A Status is one that an agent may set. API_AgentStatus
type Status struct {
	Meta
	Type  string `json:"type"`            // ROUTABLE, CUSTOM or OFFLINE
	State string `json:"state"`           // ENABLED or DISABLED
	Order int    `json:"order,omitempty"` // DisplayOrder, from 1
}

// An Attribute is a predefined attribute: what proficiencies and routing criteria
// may name.
type Attribute struct {
	Meta
	Values   []string `json:"values"`
	Purposes []string `json:"purposes,omitempty"`
	// Validate: only values of these may be given to contacts.
	Validate bool `json:"validate,omitempty"`
}
