import type {
  CreateCustomDomainRequest, CreateCustomDomainResponse, CustomDomain, DefaultCanonicalDomain, DefaultDomain,
  ListCustomDomainsQuery, TestCustomDomainResult, UpdateCustomDomainRequest, VerifyCustomDomainResult
} from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'
import { arrayOrCheckpointList } from '../lists.js'

export const customDomains = {
  /** Lists custom domains. Scope: `read:custom_domains`. */
  list: arrayOrCheckpointList('/custom-domains', 'custom_domains', {
    query: of<ListCustomDomainsQuery>(),
    items: of<CustomDomain>()
  }),
  /** Creates a custom domain. Scope: `create:custom_domains`. */
  create: post('/custom-domains', { body: of<CreateCustomDomainRequest>(), returns: of<CreateCustomDomainResponse>() }),
  /** Deletes a custom domain. Scope: `delete:custom_domains`. */
  delete: del('/custom-domains/{id}'),
  /** Gets a custom domain. Scope: `read:custom_domains`. */
  get: get('/custom-domains/{id}', { returns: of<CustomDomain>() }),
  /** Updates a custom domain. Scope: `update:custom_domains`. */
  update: patch('/custom-domains/{id}', {
    body: optional<UpdateCustomDomainRequest>(),
    returns: of<CreateCustomDomainResponse>()
  }),
  /** Runs a test of a custom domain. Scope: `read:custom_domains`. */
  test: post('/custom-domains/{id}/test', { returns: of<TestCustomDomainResult>() }),
  /** Checks the DNS records of a custom domain. Scope: `create:custom_domains`. */
  verify: post('/custom-domains/{id}/verify', { returns: of<VerifyCustomDomainResult>() }),
  /** Gets the default custom domain. Scope: `read:custom_domains`. */
  getDefault: get('/custom-domains/default', { returns: of<DefaultDomain>() }),
  /** Makes a custom domain the default. Scope: `update:custom_domains`. */
  setDefault: patch('/custom-domains/default', { body: of<DefaultCanonicalDomain>(), returns: of<DefaultDomain>() })
}
