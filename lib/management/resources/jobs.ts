import type {
  CreateExportUsersRequest, CreateVerificationEmailRequest, ExportUsersJob, ImportUsersJob, ImportUsersRequest, Job,
  JobError, JobGenericError, VerificationEmailJob
} from '../../../types/management.js'
import { get, of, optional, post, upload } from '../endpoint.js'

export const jobs = {
  /** Gets a job; `waitForJob()` waits until it is done. Scope: `create:users` or `read:users`. */
  get: get('/jobs/{id}', { returns: of<Job>() }),
  errors: {
    /** Gets what went wrong in a job. Scope: `create:users` or `read:users`. */
    get: get('/jobs/{id}/errors', { returns: of<JobError[] | JobGenericError | undefined>() })
  },
  usersExports: {
    /** Starts an export of users to a file. Scope: `read:users`. */
    create: post('/jobs/users-exports', { body: optional<CreateExportUsersRequest>(), returns: of<ExportUsersJob>() })
  },
  usersImports: {
    /** Starts an import of users from a file. Scope: `create:users`. */
    create: upload('/jobs/users-imports', { body: of<ImportUsersRequest>(), returns: of<ImportUsersJob>() })
  },
  verificationEmail: {
    /** Sends a user an e-mail that verifies the address. Scope: `update:users`. */
    create: post('/jobs/verification-email', {
      body: of<CreateVerificationEmailRequest>(),
      returns: of<VerificationEmailJob>(),
      customDomain: true
    })
  }
}
