// Package e2e plays whole contacts: the program as it is built, driven by the
// official AWS SDK on one side and by the simulated handset on the other.
//
// It holds tests only, and nothing here looks inside the program.
package e2e
