package store

import (
	"context"
	"errors"
)

func openPostgres(ctx context.Context, url string) (database, error) { return nil, errors.New("todo") }
