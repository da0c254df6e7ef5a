# docker buildx bake --file deploy/images/docker-bake.hcl
# With attestations: --set '*.attest=type=sbom' --set '*.attest=type=provenance,mode=max'

variable "REGISTRY" { default = "kinledger" }
variable "VERSION" { default = "0.1.0" }
variable "REVISION" { default = "unknown" }
variable "CREATED" { default = "1970-01-01T00:00:00Z" }
variable "SOURCE" { default = "unknown" }
variable "NODE_IMAGE" { default = "node:24.21.0-bookworm-slim" }

group "default" {
  targets = ["image"]
}

target "image" {
  name       = target
  matrix     = { target = ["ingest", "pseudonymiser", "linker", "projector", "reporting-api", "tools"] }
  context    = "."
  dockerfile = "deploy/images/Dockerfile"
  target     = target
  tags       = ["${REGISTRY}/${target}:${VERSION}"]
  platforms  = ["linux/amd64", "linux/arm64"]
  args = {
    NODE_IMAGE = NODE_IMAGE
    VERSION    = VERSION
    REVISION   = REVISION
    CREATED    = CREATED
    SOURCE     = SOURCE
  }
}
