// Command schemagen prints the Pulumi schema of the alicloud plugin, which main.go embeds: go generate writes it.
package main

import (
	"encoding/json"
	"os"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"

	"yunfn/engine/alicloud/provider"
)

func main() {
	// tfgen loads the plugins that the Pulumi project around it names; this repository's are of no concern here.
	if err := os.Chdir(os.TempDir()); err != nil {
		cmdutil.ExitError(err.Error())
	}
	sink := diag.DefaultSink(os.Stderr, os.Stderr, diag.FormatOptions{Color: colors.Never})
	// Descriptions are in the published SDKs; without the repository's documents the result depends on the schema alone.
	generated, err := tfgen.GenerateSchemaWithOptions(tfgen.GenerateSchemaOptions{
		ProviderInfo: provider.Info(), DiagnosticsSink: sink, XInMemoryDocs: true,
	})
	if err != nil {
		cmdutil.ExitError(err.Error())
	}
	schema := generated.PackageSpec
	schema.Version = provider.Version
	if err := json.NewEncoder(os.Stdout).Encode(schema); err != nil {
		cmdutil.ExitError(err.Error())
	}
}
