import type {
  CreateFormRequest, Form, FormSummary, GetFormQuery, ListFormsQuery, UpdateFormRequest
} from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'
import { offsetList } from '../lists.js'

export const forms = {
  /** Lists forms. Scope: `read:forms`. */
  list: offsetList('/forms', 'forms', { query: of<ListFormsQuery>(), items: of<FormSummary>() }),
  /** Creates a form. Scope: `create:forms`. */
  create: post('/forms', { body: of<CreateFormRequest>(), returns: of<Form>() }),
  /** Deletes a form. Scope: `delete:forms`. */
  delete: del('/forms/{id}'),
  /** Gets a form. Scope: `read:forms`. */
  get: get('/forms/{id}', { query: of<GetFormQuery>(), returns: of<Form>() }),
  /** Updates a form. Scope: `update:forms`. */
  update: patch('/forms/{id}', { body: optional<UpdateFormRequest>(), returns: of<Form>() })
}
