// Package wire is AWS on the wire: it verifies SigV4, routes a rest-json
// request to an operation, binds it to a struct whose tags are its model, checks
// the constraints that those tags name, and writes results and exceptions as
// every SDK reads them. It signs requests too, for our own clients.
//
// It knows no contact, no operation and no database: a face fills a literal
// table of operations and hands it to NewRouter.
//
// A face's operation looks like this:
//
//	type stopContactInput struct {
//		InstanceId string `wire:"required,len=1..100"`
//		ContactId  string `wire:"required,len=1..256"`
//	}
//
//	wire.Op("StopContact", "POST /contact/stop", "instance/{InstanceId}/contact/{ContactId}",
//		"InvalidRequest ContactNotFound InvalidParameter ResourceNotFound InternalService",
//		s.StopContact)
package wire
