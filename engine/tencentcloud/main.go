// Package main is the tencentcloud resource plugin as yunfn needs it: terraform-provider-tencentcloud behind Pulumi's Terraform bridge,
// with the type tokens and settings of tencentcloud-iac-pulumi 0.2.3, for machines that reach Go module mirrors only.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	"yunfn/engine/tencentcloud/provider"
)

//go:generate sh -c "go run ./schemagen > schema.json"

//go:embed schema.json
var packageSchema []byte

func main() {
	tfbridge.Main(provider.Name, provider.Version, provider.Info(), packageSchema)
}
