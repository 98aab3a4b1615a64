package flow

// To add an action type:
//
//  1. A file named for it, `check_metric_data.go`, with one Spec literal and its
//     run function:
//
//     // checkMetricData branches on one figure of a queue or an agent.
//     var checkMetricData = Spec{
//     Doc:     docs + "flow-control-actions-checkmetricdata.html",
//     Params:  []Param{{Name: "MetricType", Use: S, Required: true, Enum: …}, …},
//     Errors:  []ErrorRule{{Type: noMatch, Use: Required}},
//     Results: []ResultRule{{Ops: numeric, Least: 1}},
//     Flows:   I | Q | TA | TQ | MOD,
//     Run:     runCheckMetricData,
//     }
//
//     func runCheckMetricData(t *Turn) Next { … return t.Match(figure) }
//
//     Spec (spec.go) says all that the check needs: parameters with their
//     restriction (S, J, D; P is "one reference with a leaf"), groups of exclusive
//     ones, errors, conditions, channels, flow types. What a table cannot say goes
//     in Spec.Check.
//
//  2. Run is called with t.Input == nil when the contact enters the action, and
//     again with what the world said while the action waits. Read parameters
//     with t.Text, t.Int, t.Bool, t.Pairs, t.Texts, t.JSON (references are
//     resolved there); ask the world with t.Do (an effect bears t.Visit()) and
//     t.Wake; remember across a wait with t.Keep and t.Kept; write namespaces
//     with t.Set. Return t.Next(), t.Match(result), t.Fail(errorType, why),
//     Wait (not done), Ignore (this input is none of mine), t.Disconnect(why)
//     or one of the others in turn.go. A wrong channel, a missing service and
//     kind Unavailable are dealt with before Run is called.
//     Nested maps in Contact.Vars are never changed in place: Set and SetMember
//     replace them. Spec has more for the check: Speaks, Waits, Bounded, Sets,
//     and Open where nobody has documented its parameters. A service is reached
//     with t.reach; its answer is a contact.ServiceReturned (call_service.go).
//
//  3. One line in the table below, in alphabetical order.
//
//  4. Tests: good lines in testdata/good/CheckMetricData.txt that together hold
//     every parameter, error and result rule of the Spec (TestRules breaks each
//     rule in turn and expects the exact problem; nothing else is to be written
//     for the check unless Spec.Check says more), a table of conversations in
//     `check_metric_data_test.go` (stage_test.go and control_test.go: stage, then
//     inputs, then what is expected), and plays in testdata/plays that take every
//     branch of a small flow (TestPlays says which ones none takes).
//
// A run function must not call Parse or Check: they read this table.
var actions = map[string]*Spec{
	"AssociateContactToCustomerProfile":          &associateContactToCustomerProfile,
	"AuthenticateParticipant":                    &authenticateParticipant,
	"CheckHoursOfOperation":                      &checkHoursOfOperation,
	"CheckMetricData":                            &checkMetricData,
	"CheckOutboundCallStatus":                    &checkOutboundCallStatus,
	"CheckSegmentMembership":                     &checkSegmentMembership,
	"CheckVoiceId":                               &checkVoiceId,
	"Compare":                                    &compare,
	"CompleteOutboundCall":                       &completeOutboundCall,
	"ConnectParticipantWithAgenticCX":            &connectParticipantWithAgenticCX,
	"ConnectParticipantWithLexBot":               &connectParticipantWithLexBot,
	"CreateCallbackContact":                      &createCallbackContact,
	"CreateCase":                                 &createCase,
	"CreateCustomerProfile":                      &createCustomerProfile,
	"CreatePersistentContactAssociation":         &createPersistentContactAssociation,
	"CreateTask":                                 &createTask,
	"CreateWisdomSession":                        &createWisdomSession,
	"DequeueContactAndTransferToQueue":           &dequeueContactAndTransferToQueue,
	"DisconnectParticipant":                      &disconnectParticipant,
	"DistributeByPercentage":                     &distributeByPercentage,
	"EndFlowExecution":                           &endFlowExecution,
	"EndFlowModuleExecution":                     &endFlowModuleExecution,
	"EvaluateDataTableValues":                    &evaluateDataTableValues,
	"GetCalculatedAttributesForCustomerProfile":  &getCalculatedAttributesForCustomerProfile,
	"GetCase":                                    &getCase,
	"GetCustomerProfile":                         &getCustomerProfile,
	"GetCustomerProfileObject":                   &getCustomerProfileObject,
	"GetMetricData":                              &getMetricData,
	"GetParticipantInput":                        &getParticipantInput,
	"InvokeFlowModule":                           &invokeFlowModule,
	"InvokeLambdaFunction":                       &invokeLambdaFunction,
	"ListDataTableValues":                        &listDataTableValues,
	"LoadContactContent":                         &loadContactContent,
	"Loop":                                       &loop,
	"MessageParticipant":                         &messageParticipant,
	"MessageParticipantIteratively":              &messageParticipantIteratively,
	"ResumeContact":                              &resumeContact,
	"RouteContactToAgent":                        &routeContactToAgent,
	"ShowView":                                   &showView,
	"StartOutboundChatContact":                   &startOutboundChatContact,
	"StartVoiceIdStream":                         &startVoiceIdStream,
	"TagContact":                                 &tagContact,
	"TransferContactToAgent":                     &transferContactToAgent,
	"TransferContactToQueue":                     &transferContactToQueue,
	"TransferParticipantToThirdParty":            &transferParticipantToThirdParty,
	"TransferToFlow":                             &transferToFlow,
	"UntagContact":                               &untagContact,
	"UpdateCase":                                 &updateCase,
	"UpdateContactAttributes":                    &updateContactAttributes,
	"UpdateContactCallbackNumber":                &updateContactCallbackNumber,
	"UpdateContactData":                          &updateContactData,
	"UpdateContactEventHooks":                    &updateContactEventHooks,
	"UpdateContactMediaProcessing":               &updateContactMediaProcessing,
	"UpdateContactMediaStreamingBehavior":        &updateContactMediaStreamingBehavior,
	"UpdateContactRecordingAndAnalyticsBehavior": &updateContactRecordingAndAnalyticsBehavior,
	"UpdateContactRecordingBehavior":             &updateContactRecordingBehavior,
	"UpdateContactRoutingBehavior":               &updateContactRoutingBehavior,
	"UpdateContactRoutingCriteria":               &updateContactRoutingCriteria,
	"UpdateContactTargetQueue":                   &updateContactTargetQueue,
	"UpdateContactTextToSpeechVoice":             &updateContactTextToSpeechVoice,
	"UpdateCustomerProfile":                      &updateCustomerProfile,
	"UpdateFlowAttributes":                       &updateFlowAttributes,
	"UpdateFlowLoggingBehavior":                  &updateFlowLoggingBehavior,
	"UpdatePreviousContactParticipantState":      &updatePreviousContactParticipantState,
	"UpsertDataTableValues":                      &upsertDataTableValues,
	"Wait":                                       &wait,
}

const docs = "https://docs.aws.amazon.com/connect/latest/devguide/"

// Error types that many actions have.
const (
	noMatch     = "NoMatchingError"
	noCondition = "NoMatchingCondition"
	timeLimit   = "InputTimeLimitExceeded"
)

// Operator sets of the tables. LIVE: And, Or, Not, Exists… are refused.
var (
	equals  = []string{"Equals"}
	numeric = []string{"Equals", "NumberGreaterThan", "NumberGreaterOrEqualTo", "NumberLessThan", "NumberLessOrEqualTo"}
	anyOp   = append([]string{"TextStartsWith", "TextEndsWith", "TextContains"}, numeric...)
)

// ActionTypes gives the declaration of every action type that is honoured.
func ActionTypes() map[string]*Spec {
	all := make(map[string]*Spec, len(actions))
	for name, s := range actions {
		all[name] = s
	}
	return all
}
