package api

import "outdial/wire"

// quickConnectOperations keep the places to which agents hand contacts.
func (s *Server) quickConnectOperations() []wire.Operation {
	return []wire.Operation{
		op(s, "CreateQuickConnect", "PUT /quick-connects/{InstanceId}", "instance/{InstanceId}/transfer-destination/*", usualErrors+" DuplicateResource LimitExceeded", (*Server).createQuickConnect),
		op(s, "DeleteQuickConnect", "DELETE /quick-connects/{InstanceId}/{QuickConnectId}", "instance/{InstanceId}/transfer-destination/{QuickConnectId}", usualErrors, (*Server).deleteQuickConnect),
		op(s, "DescribeQuickConnect", "GET /quick-connects/{InstanceId}/{QuickConnectId}", "instance/{InstanceId}/transfer-destination/{QuickConnectId}", usualErrors, (*Server).describeQuickConnect),
		op(s, "ListQuickConnects", "GET /quick-connects/{InstanceId}", "instance/{InstanceId}/transfer-destination/*", usualErrors, (*Server).listQuickConnects),
		op(s, "SearchQuickConnects", "POST /search-quick-connects", "instance/{InstanceId}/transfer-destination/*", usualErrors, (*Server).searchQuickConnects),
		op(s, "UpdateQuickConnectConfig", "POST /quick-connects/{InstanceId}/{QuickConnectId}/config", "instance/{InstanceId}/transfer-destination/{QuickConnectId}", usualErrors, (*Server).updateQuickConnectConfig),
		op(s, "UpdateQuickConnectName", "POST /quick-connects/{InstanceId}/{QuickConnectId}/name", "instance/{InstanceId}/transfer-destination/{QuickConnectId}", usualErrors, (*Server).updateQuickConnectName),
		op(s, "AssociateQueueQuickConnects", "POST /queues/{InstanceId}/{QueueId}/associate-quick-connects", "instance/{InstanceId}/queue/{QueueId}", usualErrors+" LimitExceeded", (*Server).associateQueueQuickConnects),
		op(s, "DisassociateQueueQuickConnects", "POST /queues/{InstanceId}/{QueueId}/disassociate-quick-connects", "instance/{InstanceId}/queue/{QueueId}", usualErrors, (*Server).disassociateQueueQuickConnects),
		op(s, "ListQueueQuickConnects", "GET /queues/{InstanceId}/{QueueId}/quick-connects", "instance/{InstanceId}/queue/{QueueId}", usualErrors, (*Server).listQueueQuickConnects),
	}
}

// securityOperations keep security profiles, and who has them.
func (s *Server) securityOperations() []wire.Operation {
	return []wire.Operation{
		op(s, "CreateSecurityProfile", "PUT /security-profiles/{InstanceId}", "instance/{InstanceId}/security-profile/*", usualErrors+" LimitExceeded DuplicateResource", (*Server).createSecurityProfile),
		op(s, "DeleteSecurityProfile", "DELETE /security-profiles/{InstanceId}/{SecurityProfileId}", "instance/{InstanceId}/security-profile/{SecurityProfileId}", usualErrors+" AccessDenied ResourceInUse", (*Server).deleteSecurityProfile),
		op(s, "DescribeSecurityProfile", "GET /security-profiles/{InstanceId}/{SecurityProfileId}", "instance/{InstanceId}/security-profile/{SecurityProfileId}", usualErrors, (*Server).describeSecurityProfile),
		op(s, "ListSecurityProfiles", "GET /security-profiles-summary/{InstanceId}", "instance/{InstanceId}/security-profile/*", usualErrors, (*Server).listSecurityProfiles),
		op(s, "ListSecurityProfilePermissions", "GET /security-profiles-permissions/{InstanceId}/{SecurityProfileId}", "instance/{InstanceId}/security-profile/{SecurityProfileId}", usualErrors, (*Server).listSecurityProfilePermissions),
		op(s, "SearchSecurityProfiles", "POST /search-security-profiles", "instance/{InstanceId}/security-profile/*", usualErrors, (*Server).searchSecurityProfiles),
		op(s, "UpdateSecurityProfile", "POST /security-profiles/{InstanceId}/{SecurityProfileId}", "instance/{InstanceId}/security-profile/{SecurityProfileId}", usualErrors, (*Server).updateSecurityProfile),
		op(s, "UpdateUserSecurityProfiles", "POST /users/{InstanceId}/{UserId}/security-profiles", "instance/{InstanceId}/agent/{UserId}", usualErrors, (*Server).updateUserSecurityProfiles),
	}
}

// hierarchyOperations keep the hierarchy of agents.
func (s *Server) hierarchyOperations() []wire.Operation {
	return []wire.Operation{
		op(s, "CreateUserHierarchyGroup", "PUT /user-hierarchy-groups/{InstanceId}", "instance/{InstanceId}/agent-group/*", usualErrors+" DuplicateResource LimitExceeded", (*Server).createUserHierarchyGroup),
		op(s, "DeleteUserHierarchyGroup", "DELETE /user-hierarchy-groups/{InstanceId}/{HierarchyGroupId}", "instance/{InstanceId}/agent-group/{HierarchyGroupId}", usualErrors+" ResourceInUse", (*Server).deleteUserHierarchyGroup),
		op(s, "DescribeUserHierarchyGroup", "GET /user-hierarchy-groups/{InstanceId}/{HierarchyGroupId}", "instance/{InstanceId}/agent-group/{HierarchyGroupId}", usualErrors, (*Server).describeUserHierarchyGroup),
		op(s, "ListUserHierarchyGroups", "GET /user-hierarchy-groups-summary/{InstanceId}", "instance/{InstanceId}/agent-group/*", usualErrors, (*Server).listUserHierarchyGroups),
		op(s, "SearchUserHierarchyGroups", "POST /search-user-hierarchy-groups", "instance/{InstanceId}/agent-group/*", usualErrors, (*Server).searchUserHierarchyGroups),
		op(s, "UpdateUserHierarchyGroupName", "POST /user-hierarchy-groups/{InstanceId}/{HierarchyGroupId}/name", "instance/{InstanceId}/agent-group/{HierarchyGroupId}", usualErrors+" DuplicateResource", (*Server).updateUserHierarchyGroupName),
		op(s, "DescribeUserHierarchyStructure", "GET /user-hierarchy-structure/{InstanceId}", "instance/{InstanceId}", usualErrors, (*Server).describeUserHierarchyStructure),
		op(s, "UpdateUserHierarchyStructure", "POST /user-hierarchy-structure/{InstanceId}", "instance/{InstanceId}", usualErrors+" ResourceInUse", (*Server).updateUserHierarchyStructure),
		op(s, "UpdateUserHierarchy", "POST /users/{InstanceId}/{UserId}/hierarchy", "instance/{InstanceId}/agent/{UserId}", usualErrors, (*Server).updateUserHierarchy),
	}
}

// statusOperations keep the statuses of agents, and what agents are proficient in.
func (s *Server) statusOperations() []wire.Operation {
	return []wire.Operation{
		op(s, "CreateAgentStatus", "PUT /agent-status/{InstanceId}", "instance/{InstanceId}/agent-state/*", usualErrors+" DuplicateResource LimitExceeded", (*Server).createAgentStatus),
		op(s, "DescribeAgentStatus", "GET /agent-status/{InstanceId}/{AgentStatusId}", "instance/{InstanceId}/agent-state/{AgentStatusId}", usualErrors, (*Server).describeAgentStatus),
		op(s, "ListAgentStatuses", "GET /agent-status/{InstanceId}", "instance/{InstanceId}/agent-state/*", usualErrors, (*Server).listAgentStatuses),
		op(s, "SearchAgentStatuses", "POST /search-agent-statuses", "instance/{InstanceId}/agent-state/*", usualErrors, (*Server).searchAgentStatuses),
		op(s, "UpdateAgentStatus", "POST /agent-status/{InstanceId}/{AgentStatusId}", "instance/{InstanceId}/agent-state/{AgentStatusId}", usualErrors+" DuplicateResource LimitExceeded", (*Server).updateAgentStatus),
		op(s, "PutUserStatus", "PUT /users/{InstanceId}/{UserId}/status", "instance/{InstanceId}/agent/{UserId}", usualErrors+" AccessDenied", (*Server).putUserStatus),
		op(s, "AssociateUserProficiencies", "POST /users/{InstanceId}/{UserId}/associate-proficiencies", "instance/{InstanceId}/agent/{UserId}", usualErrors, (*Server).associateUserProficiencies),
		op(s, "DisassociateUserProficiencies", "POST /users/{InstanceId}/{UserId}/disassociate-proficiencies", "instance/{InstanceId}/agent/{UserId}", usualErrors, (*Server).disassociateUserProficiencies),
		op(s, "ListUserProficiencies", "GET /users/{InstanceId}/{UserId}/proficiencies", "instance/{InstanceId}/agent/{UserId}", usualErrors, (*Server).listUserProficiencies),
		op(s, "UpdateUserProficiencies", "POST /users/{InstanceId}/{UserId}/proficiencies", "instance/{InstanceId}/agent/{UserId}", usualErrors, (*Server).updateUserProficiencies),
		op(s, "CreatePredefinedAttribute", "PUT /predefined-attributes/{InstanceId}", "instance/{InstanceId}", usualErrors+" DuplicateResource LimitExceeded", (*Server).createPredefinedAttribute),
		op(s, "DeletePredefinedAttribute", "DELETE /predefined-attributes/{InstanceId}/{Name}", "instance/{InstanceId}", usualErrors+" ResourceInUse", (*Server).deletePredefinedAttribute),
		op(s, "DescribePredefinedAttribute", "GET /predefined-attributes/{InstanceId}/{Name}", "instance/{InstanceId}", usualErrors, (*Server).describePredefinedAttribute),
		op(s, "ListPredefinedAttributes", "GET /predefined-attributes/{InstanceId}", "instance/{InstanceId}", usualErrors, (*Server).listPredefinedAttributes),
		op(s, "SearchPredefinedAttributes", "POST /search-predefined-attributes", "instance/{InstanceId}", usualErrors, (*Server).searchPredefinedAttributes),
		op(s, "UpdatePredefinedAttribute", "POST /predefined-attributes/{InstanceId}/{Name}", "instance/{InstanceId}", usualErrors, (*Server).updatePredefinedAttribute),
	}
}
