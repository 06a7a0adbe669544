import type {
  CreateRateLimitPolicyRequest, ListRateLimitPoliciesQuery, PatchRateLimitPolicyRequest, RateLimitPolicy
} from '../../../types/management.js'
import { del, get, of, patch, post } from '../endpoint.js'
import { checkpointList } from '../lists.js'

export const rateLimitPolicies = {
  /** Lists rate limit policies. Early access. Scope: `read:rate_limit_policies`. */
  list: checkpointList('/rate-limit-policies', 'rate_limit_policies', {
    query: of<ListRateLimitPoliciesQuery>(),
    items: of<RateLimitPolicy>()
  }),
  /** Creates a rate limit policy. Early access. Scope: `create:rate_limit_policies`. */
  create: post('/rate-limit-policies', { body: of<CreateRateLimitPolicyRequest>(), returns: of<RateLimitPolicy>() }),
  /** Deletes a rate limit policy. Early access. Scope: `delete:rate_limit_policies`. */
  delete: del('/rate-limit-policies/{id}'),
  /** Gets a rate limit policy. Early access. Scope: `read:rate_limit_policies`. */
  get: get('/rate-limit-policies/{id}', { returns: of<RateLimitPolicy>() }),
  /** Updates a rate limit policy. Early access. Scope: `update:rate_limit_policies`. */
  update: patch('/rate-limit-policies/{id}', {
    body: of<PatchRateLimitPolicyRequest>(),
    returns: of<RateLimitPolicy>()
  })
}
