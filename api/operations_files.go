package api

import "outdial/wire"

// fileOperations keep files of contacts: those of messages, and those that a
// request attaches.
func (s *Server) fileOperations() []wire.Operation {
	const file, errors = "instance/{InstanceId}/file/{FileId}", "AccessDenied InvalidRequest InternalService ResourceNotFound Throttling"
	return []wire.Operation{
		op(s, "BatchGetAttachedFileMetadata", "POST /attached-files/{InstanceId}", "instance/{InstanceId}/file/*", errors, (*Server).batchGetAttachedFileMetadata),
		op(s, "CompleteAttachedFileUpload", "POST /attached-files/{InstanceId}/{FileId}", file, errors, (*Server).completeAttachedFileUpload),
		op(s, "DeleteAttachedFile", "DELETE /attached-files/{InstanceId}/{FileId}", file, errors, (*Server).deleteAttachedFile),
		op(s, "GetAttachedFile", "GET /attached-files/{InstanceId}/{FileId}", file, errors, (*Server).getAttachedFile),
		op(s, "StartAttachedFileUpload", "PUT /attached-files/{InstanceId}", "instance/{InstanceId}/file/*", "AccessDenied InvalidRequest InternalService Throttling ResourceConflict ServiceQuotaExceeded", (*Server).startAttachedFileUpload),
	}
}
