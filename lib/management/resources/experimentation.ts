import type {
  AdvanceRampRequest, AdvancedRamp, CreateExperimentRequest, CreateFeatureFlagRequest, CreateSegmentRequest,
  CreateVariationRequest, Experiment, FeatureFlag, ListExperimentsQuery, ListFeatureFlagsQuery, ListSegmentsQuery,
  Segment, UpdateExperimentRequest, UpdateExperimentStatusRequest, UpdateFeatureFlagRequest,
  UpdateFeatureFlagStatusRequest, UpdateSegmentRequest, UpdateVariationRequest, ValidateExperimentResult, Variation,
  Variations
} from '../../../types/management.js'
import { del, get, of, patch, post } from '../endpoint.js'
import { checkpointList } from '../lists.js'

export const experimentation = {
  experiments: {
    /** Lists experiments. Beta. Scope: `read:experimentation`. */
    list: checkpointList('/experimentation/experiments', 'experiments', {
      query: of<ListExperimentsQuery>(),
      items: of<Experiment>(),
      size: 50
    }),
    /** Creates an experiment. Beta. Scope: `create:experimentation`. */
    create: post('/experimentation/experiments', { body: of<CreateExperimentRequest>(), returns: of<Experiment>() }),
    /** Deletes an experiment. Beta. Scope: `delete:experimentation`. */
    delete: del('/experimentation/experiments/{id}'),
    /** Gets an experiment. Beta. Scope: `read:experimentation`. */
    get: get('/experimentation/experiments/{id}', { returns: of<Experiment>() }),
    /** Updates an experiment. Beta. Scope: `update:experimentation`. */
    update: patch('/experimentation/experiments/{id}', {
      body: of<UpdateExperimentRequest>(),
      returns: of<Experiment>()
    }),
    /** Raises the share of users that take part in an experiment. */
    advanceRamp: post('/experimentation/experiments/{id}/advance-ramp', {
      body: of<AdvanceRampRequest>(),
      returns: of<AdvancedRamp>()
    }),
    /** Starts, pauses or ends an experiment. Beta. Scope: `update:experimentation`. */
    updateStatus: post('/experimentation/experiments/{id}/status', {
      body: of<UpdateExperimentStatusRequest>(),
      returns: of<Experiment>()
    }),
    /** Checks an experiment before it starts. Beta. Scope: `read:experimentation`. */
    validate: post('/experimentation/experiments/{id}/validate', { returns: of<ValidateExperimentResult>() })
  },
  featureFlags: {
    /** Lists feature flags. Beta. Scope: `read:experimentation`. */
    list: checkpointList('/experimentation/feature-flags', 'feature_flags', {
      query: of<ListFeatureFlagsQuery>(),
      items: of<FeatureFlag>(),
      size: 50
    }),
    /** Creates a feature flag. Beta. Scope: `create:experimentation`. */
    create: post('/experimentation/feature-flags', {
      body: of<CreateFeatureFlagRequest>(),
      returns: of<FeatureFlag>()
    }),
    /** Deletes a feature flag. Beta. Scope: `delete:experimentation`. */
    delete: del('/experimentation/feature-flags/{id}'),
    /** Gets a feature flag. Beta. Scope: `read:experimentation`. */
    get: get('/experimentation/feature-flags/{id}', { returns: of<FeatureFlag>() }),
    /** Updates a feature flag. Beta. Scope: `update:experimentation`. */
    update: patch('/experimentation/feature-flags/{id}', {
      body: of<UpdateFeatureFlagRequest>(),
      returns: of<FeatureFlag>()
    }),
    /** Changes the status of a feature flag. Beta. Scope: `update:experimentation`. */
    updateStatus: post('/experimentation/feature-flags/{id}/status', {
      body: of<UpdateFeatureFlagStatusRequest>(),
      returns: of<FeatureFlag>()
    }),
    variations: {
      /** Lists the variations of a feature flag. Beta. Scope: `read:experimentation`. */
      list: get('/experimentation/feature-flags/{id}/variations', { returns: of<Variations>() }),
      /** Creates a variation of a feature flag. Beta. Scope: `create:experimentation`. */
      create: post('/experimentation/feature-flags/{id}/variations', {
        body: of<CreateVariationRequest>(),
        returns: of<Variation>()
      }),
      /** Deletes a variation of a feature flag. Beta. Scope: `delete:experimentation`. */
      delete: del('/experimentation/feature-flags/{id}/variations/{vid}'),
      /** Gets a variation of a feature flag. Beta. Scope: `read:experimentation`. */
      get: get('/experimentation/feature-flags/{id}/variations/{vid}', { returns: of<Variation>() }),
      /** Updates a variation of a feature flag. Beta. Scope: `update:experimentation`. */
      update: patch('/experimentation/feature-flags/{id}/variations/{vid}', {
        body: of<UpdateVariationRequest>(),
        returns: of<Variation>()
      })
    }
  },
  segments: {
    /** Lists segments. Beta. Scope: `read:experimentation`. */
    list: checkpointList('/experimentation/segments', 'segments', {
      query: of<ListSegmentsQuery>(),
      items: of<Segment>(),
      size: 50
    }),
    /** Creates a segment. Beta. Scope: `create:experimentation`. */
    create: post('/experimentation/segments', { body: of<CreateSegmentRequest>(), returns: of<Segment>() }),
    /** Deletes a segment. Beta. Scope: `delete:experimentation`. */
    delete: del('/experimentation/segments/{id}'),
    /** Gets a segment. Beta. Scope: `read:experimentation`. */
    get: get('/experimentation/segments/{id}', { returns: of<Segment>() }),
    /** Updates a segment. Beta. Scope: `update:experimentation`. */
    update: patch('/experimentation/segments/{id}', { body: of<UpdateSegmentRequest>(), returns: of<Segment>() })
  }
}
