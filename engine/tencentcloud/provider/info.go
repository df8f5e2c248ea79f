// Package provider describes the tencentcloud plugin to Pulumi's Terraform bridge.
package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/tencentcloudstack/terraform-provider-tencentcloud/tencentcloud"
)

// Name and Version are those of the tencentcloud-iac-pulumi release whose Python SDK talks to this plugin.
const (
	Name    = "tencentcloud"
	Version = "0.2.3"
)

// Info is pulumi-tencentcloud's provider/resources.go, cut to the resources and data sources of tokens.go.
// It panics where tokens.go names something the upstream provider does not have.
func Info() tfbridge.ProviderInfo {
	upstream := tencentcloud.Provider()
	keepOnly(upstream.ResourcesMap, resources)
	keepOnly(upstream.DataSourcesMap, dataSources)

	info := tfbridge.ProviderInfo{
		P:           shimv2.NewProvider(upstream),
		Name:        Name,
		Version:     Version,
		DisplayName: "Tencent Cloud",
		Description: "The part of pulumi-tencentcloud that yunfn uses, built from terraform-provider-tencentcloud.",
		Keywords:    []string{"pulumi", "tencentcloud"},
		License:     "Apache-2.0",
		GitHubOrg:   "tencentcloudstack",
		Repository:  "https://github.com/tencentcloudstack/pulumi-tencentcloud",
		Config: map[string]*tfbridge.SchemaInfo{
			"region":         fromEnvironment("TENCENTCLOUD_REGION"),
			"secret_id":      fromEnvironment("TENCENTCLOUD_SECRET_ID"),
			"secret_key":     fromEnvironment("TENCENTCLOUD_SECRET_KEY"),
			"security_token": fromEnvironment("TENCENTCLOUD_SECURITY_TOKEN"),
		},
		Resources:   map[string]*tfbridge.ResourceInfo{},
		DataSources: map[string]*tfbridge.DataSourceInfo{},
	}
	for name, token := range resources {
		info.Resources[name] = &tfbridge.ResourceInfo{Tok: token.resource()}
	}
	for name, token := range dataSources {
		info.DataSources[name] = &tfbridge.DataSourceInfo{Tok: token.member()}
	}
	info.SetAutonaming(255, "-")
	return info
}

// keepOnly drops what is not named in wanted, so that the bridge neither checks nor maps some 1,500 unused types at each start.
func keepOnly(upstream map[string]*schema.Resource, wanted map[string]token) {
	for name := range wanted {
		if _, found := upstream[name]; !found {
			panic(fmt.Sprintf("terraform-provider-tencentcloud has no %s", name))
		}
	}
	for name := range upstream {
		if _, found := wanted[name]; !found {
			delete(upstream, name)
		}
	}
}

func fromEnvironment(variable string) *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Default: &tfbridge.DefaultInfo{EnvVars: []string{variable}}}
}
