package api

import "outdial/wire"

// usualErrors are the exceptions that most operations declare.
const usualErrors = "InvalidRequest InvalidParameter ResourceNotFound Throttling InternalService"

// Operations is the table of what is served: name, route, the resource that a
// policy is asked about, the exceptions that the operation declares.
func (s *Server) Operations() []wire.Operation {
	var all []wire.Operation
	for _, group := range [][]wire.Operation{
		s.contactOperations(), s.flowOperations(), s.numberOperations(), s.queueOperations(), s.promptOperations(), s.agentOperations(), s.fileOperations(),
		s.quickConnectOperations(), s.securityOperations(), s.hierarchyOperations(), s.statusOperations(),
	} {
		all = append(all, group...)
	}
	return all
}

// contactOperations start contacts, and act on them and their instances.
func (s *Server) contactOperations() []wire.Operation {
	return []wire.Operation{
		op(s, "StartOutboundChatContact", "PUT /contact/outbound-chat", "instance/{InstanceId}/contact/*", "InvalidRequest Conflict InternalService ResourceNotFound LimitExceeded Throttling AccessDenied", (*Server).startOutboundChatContact),
		op(s, "StartOutboundVoiceContact", "PUT /contact/outbound-voice", "instance/{InstanceId}/contact/*", "InvalidRequest InvalidParameter ResourceNotFound InternalService LimitExceeded DestinationNotAllowed OutboundContactNotPermitted", (*Server).startOutboundVoiceContact),
		op(s, "DescribeContact", "GET /contacts/{InstanceId}/{ContactId}", "instance/{InstanceId}/contact/{ContactId}", usualErrors, (*Server).describeContact),
		op(s, "GetContactAttributes", "GET /contact/attributes/{InstanceId}/{InitialContactId}", "instance/{InstanceId}/contact/{InitialContactId}", "InvalidRequest ResourceNotFound InternalService", (*Server).getContactAttributes),
		op(s, "ListAssociatedContacts", "GET /contact/associated/{InstanceId}", "instance/{InstanceId}/contact/{ContactId}", usualErrors, (*Server).listAssociatedContacts),
		op(s, "ListContactReferences", "GET /contact/references/{InstanceId}/{ContactId}", "instance/{InstanceId}/contact/{ContactId}", usualErrors, (*Server).listContactReferences),
		op(s, "SearchContacts", "POST /search-contacts", "instance/{InstanceId}/contact/*", usualErrors, (*Server).searchContacts),
		op(s, "StopContact", "POST /contact/stop", "instance/{InstanceId}/contact/{ContactId}", "InvalidRequest ContactNotFound InvalidParameter ResourceNotFound InternalService InvalidActiveRegion", (*Server).stopContact),
		op(s, "TagContact", "POST /contact/tags", "instance/{InstanceId}/contact/{ContactId}", usualErrors+" InvalidActiveRegion", (*Server).tagContact),
		op(s, "UntagContact", "DELETE /contact/tags/{InstanceId}/{ContactId}", "instance/{InstanceId}/contact/{ContactId}", usualErrors+" InvalidActiveRegion", (*Server).untagContact),
		op(s, "PauseContact", "POST /contact/pause", "instance/{InstanceId}/contact/{ContactId}", usualErrors+" AccessDenied LimitExceeded Conflict", (*Server).pauseContact),
		op(s, "ResumeContact", "POST /contact/resume", "instance/{InstanceId}/contact/{ContactId}", usualErrors+" AccessDenied Conflict", (*Server).resumeContact),
		op(s, "TransferContact", "POST /contact/transfer", "instance/{InstanceId}/contact/{ContactId}", "InvalidRequest Idempotency AccessDenied ResourceNotFound ServiceQuotaExceeded Throttling InternalService", (*Server).transferContact),
		op(s, "StartContactRecording", "POST /contact/start-recording", "instance/{InstanceId}/contact/{ContactId}", "InvalidRequest InvalidParameter ResourceNotFound InternalService InvalidActiveRegion", (*Server).startContactRecording),
		op(s, "StopContactRecording", "POST /contact/stop-recording", "instance/{InstanceId}/contact/{ContactId}", "InvalidRequest ResourceNotFound InternalService InvalidActiveRegion", (*Server).stopContactRecording),
		op(s, "SuspendContactRecording", "POST /contact/suspend-recording", "instance/{InstanceId}/contact/{ContactId}", "InvalidRequest ResourceNotFound InternalService InvalidActiveRegion", (*Server).suspendContactRecording),
		op(s, "ResumeContactRecording", "POST /contact/resume-recording", "instance/{InstanceId}/contact/{ContactId}", "InvalidRequest ResourceNotFound InternalService InvalidActiveRegion", (*Server).resumeContactRecording),
		op(s, "AssociateContactWithUser", "POST /contacts/{InstanceId}/{ContactId}/associate-user", "instance/{InstanceId}/contact/{ContactId}", usualErrors+" AccessDenied", (*Server).associateContactWithUser),
		op(s, "UpdateContactSchedule", "POST /contact/schedule", "instance/{InstanceId}/contact/{ContactId}", usualErrors+" LimitExceeded", (*Server).updateContactSchedule),
		op(s, "StartTaskContact", "PUT /contact/task", "instance/{InstanceId}/contact/*", usualErrors+" ServiceQuotaExceeded", (*Server).startTaskContact),
		op(s, "UpdateContact", "POST /contacts/{InstanceId}/{ContactId}", "instance/{InstanceId}/contact/{ContactId}", usualErrors+" AccessDenied Conflict InvalidActiveRegion", (*Server).updateContact),
		op(s, "UpdateContactAttributes", "POST /contact/attributes", "instance/{InstanceId}/contact/{InitialContactId}", "InvalidRequest InvalidParameter ResourceNotFound InternalService InvalidActiveRegion", (*Server).updateContactAttributes),
		op(s, "UpdateContactRoutingData", "POST /contacts/{InstanceId}/{ContactId}/routing-data", "instance/{InstanceId}/contact/{ContactId}", "ResourceConflict InvalidParameter ResourceNotFound InternalService Throttling AccessDenied InvalidActiveRegion", (*Server).updateContactRoutingData),
		op(s, "DescribeInstance", "GET /instance/{InstanceId}", "instance/{InstanceId}", "InvalidRequest ResourceNotFound InternalService", (*Server).describeInstance),
		op(s, "DescribeInstanceAttribute", "GET /instance/{InstanceId}/attribute/{AttributeType}", "instance/{InstanceId}", usualErrors, (*Server).describeInstanceAttribute),
		op(s, "ListInstanceAttributes", "GET /instance/{InstanceId}/attributes", "instance/{InstanceId}", usualErrors, (*Server).listInstanceAttributes),
		op(s, "ListInstances", "GET /instance", "*", "InvalidRequest InternalService", (*Server).listInstances),
		op(s, "UpdateInstanceAttribute", "POST /instance/{InstanceId}/attribute/{AttributeType}", "instance/{InstanceId}", usualErrors, (*Server).updateInstanceAttribute),
	}
}

// flowOperations keep flows and modules.
func (s *Server) flowOperations() []wire.Operation {
	return []wire.Operation{
		op(s, "CreateContactFlow", "PUT /contact-flows/{InstanceId}", "instance/{InstanceId}/contact-flow/*", usualErrors+" InvalidContactFlow DuplicateResource LimitExceeded", (*Server).createContactFlow),
		op(s, "CreateContactFlowVersion", "PUT /contact-flows/{InstanceId}/{ContactFlowId}/version", "instance/{InstanceId}/contact-flow/{ContactFlowId}", usualErrors+" AccessDenied LimitExceeded", (*Server).createContactFlowVersion),
		op(s, "DeleteContactFlow", "DELETE /contact-flows/{InstanceId}/{ContactFlowId}", "instance/{InstanceId}/contact-flow/{ContactFlowId}", usualErrors+" AccessDenied", (*Server).deleteContactFlow),
		op(s, "DeleteContactFlowVersion", "DELETE /contact-flows/{InstanceId}/{ContactFlowId}/version/{ContactFlowVersion}", "instance/{InstanceId}/contact-flow/{ContactFlowId}", usualErrors+" AccessDenied", (*Server).deleteContactFlowVersion),
		op(s, "DescribeContactFlow", "GET /contact-flows/{InstanceId}/{ContactFlowId}", "instance/{InstanceId}/contact-flow/{ContactFlowId}", usualErrors+" ContactFlowNotPublished", (*Server).describeContactFlow),
		op(s, "ListContactFlowVersions", "GET /contact-flows/{InstanceId}/{ContactFlowId}/versions", "instance/{InstanceId}/contact-flow/{ContactFlowId}", usualErrors+" AccessDenied", (*Server).listContactFlowVersions),
		op(s, "ListContactFlows", "GET /contact-flows-summary/{InstanceId}", "instance/{InstanceId}/contact-flow/*", usualErrors, (*Server).listContactFlows),
		op(s, "SearchContactFlows", "POST /search-contact-flows", "instance/{InstanceId}/contact-flow/*", usualErrors, (*Server).searchContactFlows),
		op(s, "UpdateContactFlowContent", "POST /contact-flows/{InstanceId}/{ContactFlowId}/content", "instance/{InstanceId}/contact-flow/{ContactFlowId}", usualErrors+" InvalidContactFlow", (*Server).updateContactFlowContent),
		op(s, "UpdateContactFlowMetadata", "POST /contact-flows/{InstanceId}/{ContactFlowId}/metadata", "instance/{InstanceId}/contact-flow/{ContactFlowId}", usualErrors+" DuplicateResource", (*Server).updateContactFlowMetadata),
		op(s, "UpdateContactFlowName", "POST /contact-flows/{InstanceId}/{ContactFlowId}/name", "instance/{InstanceId}/contact-flow/{ContactFlowId}", usualErrors+" DuplicateResource", (*Server).updateContactFlowName),
		op(s, "CreateContactFlowModule", "PUT /contact-flow-modules/{InstanceId}", "instance/{InstanceId}/flow-module/*", usualErrors+" AccessDenied InvalidContactFlowModule DuplicateResource LimitExceeded Idempotency", (*Server).createContactFlowModule),
		op(s, "CreateContactFlowModuleAlias", "PUT /contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/alias", "instance/{InstanceId}/flow-module/{ContactFlowModuleId}", usualErrors+" AccessDenied DuplicateResource LimitExceeded", (*Server).createContactFlowModuleAlias),
		op(s, "CreateContactFlowModuleVersion", "PUT /contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/version", "instance/{InstanceId}/flow-module/{ContactFlowModuleId}", usualErrors+" AccessDenied LimitExceeded", (*Server).createContactFlowModuleVersion),
		op(s, "DeleteContactFlowModule", "DELETE /contact-flow-modules/{InstanceId}/{ContactFlowModuleId}", "instance/{InstanceId}/flow-module/{ContactFlowModuleId}", usualErrors+" AccessDenied", (*Server).deleteContactFlowModule),
		op(s, "DeleteContactFlowModuleAlias", "DELETE /contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/alias/{AliasId}", "instance/{InstanceId}/flow-module/{ContactFlowModuleId}", usualErrors+" AccessDenied", (*Server).deleteContactFlowModuleAlias),
		op(s, "DeleteContactFlowModuleVersion", "DELETE /contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/version/{ContactFlowModuleVersion}", "instance/{InstanceId}/flow-module/{ContactFlowModuleId}", usualErrors+" AccessDenied", (*Server).deleteContactFlowModuleVersion),
		op(s, "DescribeContactFlowModule", "GET /contact-flow-modules/{InstanceId}/{ContactFlowModuleId}", "instance/{InstanceId}/flow-module/{ContactFlowModuleId}", usualErrors+" AccessDenied", (*Server).describeContactFlowModule),
		op(s, "DescribeContactFlowModuleAlias", "GET /contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/alias/{AliasId}", "instance/{InstanceId}/flow-module/{ContactFlowModuleId}", usualErrors+" AccessDenied", (*Server).describeContactFlowModuleAlias),
		op(s, "ListContactFlowModuleAliases", "GET /contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/aliases", "instance/{InstanceId}/flow-module/{ContactFlowModuleId}", usualErrors+" AccessDenied", (*Server).listContactFlowModuleAliases),
		op(s, "ListContactFlowModuleVersions", "GET /contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/versions", "instance/{InstanceId}/flow-module/{ContactFlowModuleId}", usualErrors+" AccessDenied", (*Server).listContactFlowModuleVersions),
		op(s, "ListContactFlowModules", "GET /contact-flow-modules-summary/{InstanceId}", "instance/{InstanceId}/flow-module/*", usualErrors+" AccessDenied", (*Server).listContactFlowModules),
		op(s, "SearchContactFlowModules", "POST /search-contact-flow-modules", "instance/{InstanceId}/flow-module/*", usualErrors, (*Server).searchContactFlowModules),
		op(s, "UpdateContactFlowModuleAlias", "POST /contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/alias/{AliasId}", "instance/{InstanceId}/flow-module/{ContactFlowModuleId}", usualErrors+" AccessDenied ConditionalOperationFailed DuplicateResource", (*Server).updateContactFlowModuleAlias),
		op(s, "UpdateContactFlowModuleContent", "POST /contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/content", "instance/{InstanceId}/flow-module/{ContactFlowModuleId}", "AccessDenied InvalidRequest InvalidContactFlowModule ResourceNotFound Throttling InternalService", (*Server).updateContactFlowModuleContent),
		op(s, "UpdateContactFlowModuleMetadata", "POST /contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/metadata", "instance/{InstanceId}/flow-module/{ContactFlowModuleId}", usualErrors+" AccessDenied DuplicateResource", (*Server).updateContactFlowModuleMetadata),
	}
}

// numberOperations keep numbers, and the flows that inbound contacts start in.
func (s *Server) numberOperations() []wire.Operation {
	return []wire.Operation{
		op(s, "AssociateFlow", "PUT /flow-associations/{InstanceId}", "instance/{InstanceId}", usualErrors+" AccessDenied", (*Server).associateFlow),
		op(s, "AssociatePhoneNumberContactFlow", "PUT /phone-number/{PhoneNumberId}/contact-flow", "phone-number/{PhoneNumberId}", "InvalidParameter ResourceNotFound Throttling InternalService AccessDenied", (*Server).associatePhoneNumberContactFlow),
		op(s, "BatchGetFlowAssociation", "POST /flow-associations-batch/{InstanceId}", "instance/{InstanceId}", usualErrors+" AccessDenied", (*Server).batchGetFlowAssociation),
		op(s, "DescribePhoneNumber", "GET /phone-number/{PhoneNumberId}", "phone-number/{PhoneNumberId}", "InvalidParameter ResourceNotFound Throttling InternalService AccessDenied", (*Server).describePhoneNumber),
		op(s, "DisassociateFlow", "DELETE /flow-associations/{InstanceId}/{ResourceId}/{ResourceType}", "instance/{InstanceId}", usualErrors+" AccessDenied", (*Server).disassociateFlow),
		op(s, "DisassociatePhoneNumberContactFlow", "DELETE /phone-number/{PhoneNumberId}/contact-flow", "phone-number/{PhoneNumberId}", "InvalidParameter ResourceNotFound Throttling InternalService AccessDenied", (*Server).disassociatePhoneNumberContactFlow),
		op(s, "GetFlowAssociation", "GET /flow-associations/{InstanceId}/{ResourceId}/{ResourceType}", "instance/{InstanceId}", usualErrors+" AccessDenied", (*Server).getFlowAssociation),
		op(s, "ListFlowAssociations", "GET /flow-associations-summary/{InstanceId}", "instance/{InstanceId}", usualErrors+" AccessDenied", (*Server).listFlowAssociations),
		op(s, "ListPhoneNumbers", "GET /phone-numbers-summary/{InstanceId}", "instance/{InstanceId}/phone-number/*", usualErrors, (*Server).listPhoneNumbers),
		op(s, "ListPhoneNumbersV2", "POST /phone-number/list", "*", "InvalidParameter ResourceNotFound Throttling InternalService AccessDenied", (*Server).listPhoneNumbersV2),
		op(s, "UpdatePhoneNumberMetadata", "PUT /phone-number/{PhoneNumberId}/metadata", "phone-number/{PhoneNumberId}", usualErrors+" AccessDenied ResourceInUse Idempotency", (*Server).updatePhoneNumberMetadata),
		op(s, "SearchAvailablePhoneNumbers", "POST /phone-number/search-available", "*", "InvalidParameter Throttling InternalService AccessDenied", (*Server).searchAvailablePhoneNumbers),
		op(s, "ClaimPhoneNumber", "POST /phone-number/claim", "*", "InvalidParameter ResourceNotFound Throttling InternalService Idempotency AccessDenied", (*Server).claimPhoneNumber),
		op(s, "ImportPhoneNumber", "POST /phone-number/import", "*", "InvalidParameter ResourceNotFound Throttling InternalService Idempotency AccessDenied", (*Server).importPhoneNumber),
		op(s, "ReleasePhoneNumber", "DELETE /phone-number/{PhoneNumberId}", "phone-number/{PhoneNumberId}", "InvalidParameter ResourceNotFound Throttling InternalService ResourceInUse Idempotency AccessDenied", (*Server).releasePhoneNumber),
		op(s, "UpdatePhoneNumber", "PUT /phone-number/{PhoneNumberId}", "phone-number/{PhoneNumberId}", "InvalidParameter ResourceNotFound Throttling InternalService ResourceInUse Idempotency AccessDenied", (*Server).updatePhoneNumber),
	}
}

// queueOperations keep queues and hours of operation.
func (s *Server) queueOperations() []wire.Operation {
	return []wire.Operation{
		op(s, "CreateQueue", "PUT /queues/{InstanceId}", "instance/{InstanceId}/queue/*", usualErrors+" DuplicateResource LimitExceeded", (*Server).createQueue),
		op(s, "DeleteQueue", "DELETE /queues/{InstanceId}/{QueueId}", "instance/{InstanceId}/queue/{QueueId}", usualErrors+" ResourceInUse", (*Server).deleteQueue),
		op(s, "DescribeQueue", "GET /queues/{InstanceId}/{QueueId}", "instance/{InstanceId}/queue/{QueueId}", usualErrors, (*Server).describeQueue),
		op(s, "ListQueues", "GET /queues-summary/{InstanceId}", "instance/{InstanceId}/queue/*", usualErrors, (*Server).listQueues),
		op(s, "SearchQueues", "POST /search-queues", "instance/{InstanceId}/queue/*", usualErrors, (*Server).searchQueues),
		op(s, "UpdateQueueHoursOfOperation", "POST /queues/{InstanceId}/{QueueId}/hours-of-operation", "instance/{InstanceId}/queue/{QueueId}", usualErrors, (*Server).updateQueueHoursOfOperation),
		op(s, "UpdateQueueMaxContacts", "POST /queues/{InstanceId}/{QueueId}/max-contacts", "instance/{InstanceId}/queue/{QueueId}", usualErrors, (*Server).updateQueueMaxContacts),
		op(s, "UpdateQueueName", "POST /queues/{InstanceId}/{QueueId}/name", "instance/{InstanceId}/queue/{QueueId}", usualErrors+" DuplicateResource", (*Server).updateQueueName),
		op(s, "UpdateQueueOutboundCallerConfig", "POST /queues/{InstanceId}/{QueueId}/outbound-caller-config", "instance/{InstanceId}/queue/{QueueId}", usualErrors, (*Server).updateQueueOutboundCallerConfig),
		op(s, "UpdateQueueStatus", "POST /queues/{InstanceId}/{QueueId}/status", "instance/{InstanceId}/queue/{QueueId}", usualErrors, (*Server).updateQueueStatus),
		op(s, "CreateHoursOfOperation", "PUT /hours-of-operations/{InstanceId}", "instance/{InstanceId}/operating-hours/*", usualErrors+" DuplicateResource LimitExceeded ServiceQuotaExceeded", (*Server).createHoursOfOperation),
		op(s, "CreateHoursOfOperationOverride", "PUT /hours-of-operations/{InstanceId}/{HoursOfOperationId}/overrides", "instance/{InstanceId}/operating-hours/{HoursOfOperationId}", usualErrors+" DuplicateResource LimitExceeded", (*Server).createHoursOfOperationOverride),
		op(s, "DeleteHoursOfOperation", "DELETE /hours-of-operations/{InstanceId}/{HoursOfOperationId}", "instance/{InstanceId}/operating-hours/{HoursOfOperationId}", usualErrors, (*Server).deleteHoursOfOperation),
		op(s, "DeleteHoursOfOperationOverride", "DELETE /hours-of-operations/{InstanceId}/{HoursOfOperationId}/overrides/{HoursOfOperationOverrideId}", "instance/{InstanceId}/operating-hours/{HoursOfOperationId}", usualErrors, (*Server).deleteHoursOfOperationOverride),
		op(s, "DescribeHoursOfOperation", "GET /hours-of-operations/{InstanceId}/{HoursOfOperationId}", "instance/{InstanceId}/operating-hours/{HoursOfOperationId}", usualErrors, (*Server).describeHoursOfOperation),
		op(s, "DescribeHoursOfOperationOverride", "GET /hours-of-operations/{InstanceId}/{HoursOfOperationId}/overrides/{HoursOfOperationOverrideId}", "instance/{InstanceId}/operating-hours/{HoursOfOperationId}", usualErrors, (*Server).describeHoursOfOperationOverride),
		op(s, "GetEffectiveHoursOfOperations", "GET /effective-hours-of-operations/{InstanceId}/{HoursOfOperationId}", "instance/{InstanceId}/operating-hours/{HoursOfOperationId}", usualErrors, (*Server).getEffectiveHoursOfOperations),
		op(s, "ListHoursOfOperationOverrides", "GET /hours-of-operations/{InstanceId}/{HoursOfOperationId}/overrides", "instance/{InstanceId}/operating-hours/{HoursOfOperationId}", usualErrors, (*Server).listHoursOfOperationOverrides),
		op(s, "ListHoursOfOperations", "GET /hours-of-operations-summary/{InstanceId}", "instance/{InstanceId}/operating-hours/*", usualErrors, (*Server).listHoursOfOperations),
		op(s, "AssociateHoursOfOperations", "POST /hours-of-operations/{InstanceId}/{HoursOfOperationId}/associate-hours", "instance/{InstanceId}/operating-hours/{HoursOfOperationId}", usualErrors+" ConditionalOperationFailed ServiceQuotaExceeded", (*Server).associateHoursOfOperations),
		op(s, "DisassociateHoursOfOperations", "POST /hours-of-operations/{InstanceId}/{HoursOfOperationId}/disassociate-hours", "instance/{InstanceId}/operating-hours/{HoursOfOperationId}", usualErrors+" ConditionalOperationFailed", (*Server).disassociateHoursOfOperations),
		op(s, "ListChildHoursOfOperations", "GET /hours-of-operations/{InstanceId}/{HoursOfOperationId}/hours", "instance/{InstanceId}/operating-hours/{HoursOfOperationId}", usualErrors, (*Server).listChildHoursOfOperations),
		op(s, "SearchHoursOfOperationOverrides", "POST /search-hours-of-operation-overrides", "instance/{InstanceId}/operating-hours/*", usualErrors, (*Server).searchHoursOfOperationOverrides),
		op(s, "SearchHoursOfOperations", "POST /search-hours-of-operations", "instance/{InstanceId}/operating-hours/*", usualErrors, (*Server).searchHoursOfOperations),
		op(s, "UpdateHoursOfOperation", "POST /hours-of-operations/{InstanceId}/{HoursOfOperationId}", "instance/{InstanceId}/operating-hours/{HoursOfOperationId}", usualErrors+" DuplicateResource", (*Server).updateHoursOfOperation),
		op(s, "UpdateHoursOfOperationOverride", "POST /hours-of-operations/{InstanceId}/{HoursOfOperationId}/overrides/{HoursOfOperationOverrideId}", "instance/{InstanceId}/operating-hours/{HoursOfOperationId}", usualErrors+" DuplicateResource ConditionalOperationFailed", (*Server).updateHoursOfOperationOverride),
	}
}

// promptOperations keep prompts, functions, bots and tags.
func (s *Server) promptOperations() []wire.Operation {
	return []wire.Operation{
		op(s, "CreatePrompt", "PUT /prompts/{InstanceId}", "instance/{InstanceId}/prompt/*", "DuplicateResource InvalidRequest InvalidParameter LimitExceeded Throttling InternalService", (*Server).createPrompt),
		op(s, "DeletePrompt", "DELETE /prompts/{InstanceId}/{PromptId}", "instance/{InstanceId}/prompt/{PromptId}", usualErrors, (*Server).deletePrompt),
		op(s, "DescribePrompt", "GET /prompts/{InstanceId}/{PromptId}", "instance/{InstanceId}/prompt/{PromptId}", usualErrors, (*Server).describePrompt),
		op(s, "GetPromptFile", "GET /prompts/{InstanceId}/{PromptId}/file", "instance/{InstanceId}/prompt/{PromptId}", usualErrors, (*Server).getPromptFile),
		op(s, "ListPrompts", "GET /prompts-summary/{InstanceId}", "instance/{InstanceId}/prompt/*", usualErrors, (*Server).listPrompts),
		op(s, "SearchPrompts", "POST /search-prompts", "instance/{InstanceId}/prompt/*", usualErrors, (*Server).searchPrompts),
		op(s, "UpdatePrompt", "POST /prompts/{InstanceId}/{PromptId}", "instance/{InstanceId}/prompt/{PromptId}", usualErrors, (*Server).updatePrompt),
		op(s, "AssociateBot", "PUT /instance/{InstanceId}/bot", "instance/{InstanceId}", "ResourceNotFound ResourceConflict InternalService InvalidRequest LimitExceeded ServiceQuotaExceeded Throttling", (*Server).associateBot),
		op(s, "AssociateLambdaFunction", "PUT /instance/{InstanceId}/lambda-function", "instance/{InstanceId}", usualErrors+" ResourceConflict ServiceQuotaExceeded", (*Server).associateLambdaFunction),
		op(s, "AssociateLexBot", "PUT /instance/{InstanceId}/lex-bot", "instance/{InstanceId}", usualErrors+" ResourceConflict ServiceQuotaExceeded", (*Server).associateLexBot),
		op(s, "DisassociateBot", "POST /instance/{InstanceId}/bot", "instance/{InstanceId}", "ResourceNotFound InternalService InvalidRequest Throttling", (*Server).disassociateBot),
		op(s, "DisassociateLambdaFunction", "DELETE /instance/{InstanceId}/lambda-function", "instance/{InstanceId}", usualErrors, (*Server).disassociateLambdaFunction),
		op(s, "DisassociateLexBot", "DELETE /instance/{InstanceId}/lex-bot", "instance/{InstanceId}", usualErrors, (*Server).disassociateLexBot),
		op(s, "ListBots", "GET /instance/{InstanceId}/bots", "instance/{InstanceId}", "ResourceNotFound InternalService InvalidRequest Throttling", (*Server).listBots),
		op(s, "ListLambdaFunctions", "GET /instance/{InstanceId}/lambda-functions", "instance/{InstanceId}", usualErrors, (*Server).listLambdaFunctions),
		op(s, "ListLexBots", "GET /instance/{InstanceId}/lex-bots", "instance/{InstanceId}", usualErrors, (*Server).listLexBots),
		op(s, "ListTagsForResource", "GET /tags/{resourceArn}", "*", usualErrors, (*Server).listTagsForResource),
		op(s, "TagResource", "POST /tags/{resourceArn}", "*", usualErrors, (*Server).tagResource),
		op(s, "UntagResource", "DELETE /tags/{resourceArn}", "*", usualErrors, (*Server).untagResource),
	}
}

// agentOperations keep routing profiles and agents.
func (s *Server) agentOperations() []wire.Operation {
	return []wire.Operation{
		op(s, "AssociateRoutingProfileQueues", "POST /routing-profiles/{InstanceId}/{RoutingProfileId}/associate-queues", "instance/{InstanceId}/routing-profile/{RoutingProfileId}", usualErrors, (*Server).associateRoutingProfileQueues),
		op(s, "CreateRoutingProfile", "PUT /routing-profiles/{InstanceId}", "instance/{InstanceId}/routing-profile/*", usualErrors+" DuplicateResource LimitExceeded", (*Server).createRoutingProfile),
		op(s, "CreateUser", "PUT /users/{InstanceId}", "instance/{InstanceId}/agent/*", usualErrors+" LimitExceeded DuplicateResource", (*Server).createUser),
		op(s, "DeleteRoutingProfile", "DELETE /routing-profiles/{InstanceId}/{RoutingProfileId}", "instance/{InstanceId}/routing-profile/{RoutingProfileId}", usualErrors+" ResourceInUse", (*Server).deleteRoutingProfile),
		op(s, "DeleteUser", "DELETE /users/{InstanceId}/{UserId}", "instance/{InstanceId}/agent/{UserId}", usualErrors, (*Server).deleteUser),
		op(s, "DescribeRoutingProfile", "GET /routing-profiles/{InstanceId}/{RoutingProfileId}", "instance/{InstanceId}/routing-profile/{RoutingProfileId}", usualErrors, (*Server).describeRoutingProfile),
		op(s, "DescribeUser", "GET /users/{InstanceId}/{UserId}", "instance/{InstanceId}/agent/{UserId}", usualErrors, (*Server).describeUser),
		op(s, "DisassociateRoutingProfileQueues", "POST /routing-profiles/{InstanceId}/{RoutingProfileId}/disassociate-queues", "instance/{InstanceId}/routing-profile/{RoutingProfileId}", usualErrors, (*Server).disassociateRoutingProfileQueues),
		op(s, "ListRoutingProfileQueues", "GET /routing-profiles/{InstanceId}/{RoutingProfileId}/queues", "instance/{InstanceId}/routing-profile/{RoutingProfileId}", usualErrors, (*Server).listRoutingProfileQueues),
		op(s, "ListRoutingProfiles", "GET /routing-profiles-summary/{InstanceId}", "instance/{InstanceId}/routing-profile/*", usualErrors, (*Server).listRoutingProfiles),
		op(s, "ListUsers", "GET /users-summary/{InstanceId}", "instance/{InstanceId}/agent/*", usualErrors, (*Server).listUsers),
		op(s, "SearchRoutingProfiles", "POST /search-routing-profiles", "instance/{InstanceId}/routing-profile/*", usualErrors, (*Server).searchRoutingProfiles),
		op(s, "SearchUsers", "POST /search-users", "instance/{InstanceId}/agent/*", usualErrors, (*Server).searchUsers),
		op(s, "UpdateRoutingProfileConcurrency", "POST /routing-profiles/{InstanceId}/{RoutingProfileId}/concurrency", "instance/{InstanceId}/routing-profile/{RoutingProfileId}", usualErrors, (*Server).updateRoutingProfileConcurrency),
		op(s, "UpdateRoutingProfileDefaultOutboundQueue", "POST /routing-profiles/{InstanceId}/{RoutingProfileId}/default-outbound-queue", "instance/{InstanceId}/routing-profile/{RoutingProfileId}", usualErrors, (*Server).updateRoutingProfileDefaultOutboundQueue),
		op(s, "UpdateRoutingProfileName", "POST /routing-profiles/{InstanceId}/{RoutingProfileId}/name", "instance/{InstanceId}/routing-profile/{RoutingProfileId}", usualErrors+" DuplicateResource", (*Server).updateRoutingProfileName),
		op(s, "UpdateRoutingProfileQueues", "POST /routing-profiles/{InstanceId}/{RoutingProfileId}/queues", "instance/{InstanceId}/routing-profile/{RoutingProfileId}", usualErrors, (*Server).updateRoutingProfileQueues),
		op(s, "UpdateUserIdentityInfo", "POST /users/{InstanceId}/{UserId}/identity-info", "instance/{InstanceId}/agent/{UserId}", usualErrors, (*Server).updateUserIdentityInfo),
		op(s, "UpdateUserPhoneConfig", "POST /users/{InstanceId}/{UserId}/phone-config", "instance/{InstanceId}/agent/{UserId}", usualErrors, (*Server).updateUserPhoneConfig),
		op(s, "UpdateUserRoutingProfile", "POST /users/{InstanceId}/{UserId}/routing-profile", "instance/{InstanceId}/agent/{UserId}", usualErrors, (*Server).updateUserRoutingProfile),
	}
}
