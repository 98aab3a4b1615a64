package api

import (
	"context"

	"outdial/wire"
)

// callerIdentity is GetCallerIdentity of the Security Token Service: no
// operation of Connect, but the first call of many tools.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func (s *Server) callerIdentity() wire.Query {
	return wire.Query{
		Service:   "sts",
		Version:   "2011-06-15",
		Namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
		Action:    "GetCallerIdentity",
		Run: func(ctx context.Context) ([][2]string, error) {
			c := wire.CallerFrom(ctx)
			return [][2]string{{"Arn", c.ARN}, {"UserId", c.UserID}, {"Account", c.Account}}, nil
		},
	}
}
