export { ManagementClient } from './client.js'
export { paginate } from './paginate.js'
export { rateLimitOf } from './rate-limit/rate-limit.js'
export { exportUsers } from './jobs/export-users.js'
export { importUsers } from './jobs/import-users.js'
export { waitForJob } from './jobs/wait-for-job.js'
export {
  ApiError, Auth0Error, ConfigurationError, InvalidArgumentError, MissingRequiredArgumentError, NetworkError,
  PaginationLimitError, RateLimitError, TimeoutError
} from '../errors.js'
export type { Bound } from './bind.js'
export type { Ids, Of, Row, Verb } from './endpoint.js'
export type {
  Any, ArrayList, ArrayOrCheckpointList, Bare, CheckpointList, EitherList, FromCheckpoint, NumberedList, OffsetList,
  Totals, UncountedList, WithTotals
} from './lists.js'
export type { ManagementClientOptions, RetryOptions } from './options.js'
export type { ItemOf, ListMethod, Pages } from './paginate.js'
export type { RateLimitWait } from './rate-limit/shared-limit.js'
export type { ThrottleOptions } from './rate-limit/throttle.js'
export type { ExportUsersOptions } from './jobs/export-users.js'
export type { ActiveJob, ImportError, ImportProgress } from './jobs/import-progress.js'
export type { ImportResult, ImportUsersOptions } from './jobs/import-users.js'
export type { ImportedUser, UsersSource } from './jobs/users-input.js'
export type { WaitForJobOptions } from './jobs/wait-for-job.js'
export type * from '../../types/management.js'
