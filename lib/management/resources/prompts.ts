import type {
  Acul, AculSettings, BulkUpdateAculRequest, BulkUpdateAculResult, ListAculsQuery, PromptSettings, UpdateAculResponse,
  UpdateSettingsRequest
} from '../../../types/management.js'
import { get, of, optional, patch, put } from '../endpoint.js'
import { offsetList } from '../lists.js'

export const prompts = {
  /** Gets the settings of Universal Login's prompts. Scope: `read:prompts`. */
  getSettings: get('/prompts', { returns: of<PromptSettings>() }),
  /** Updates the settings of Universal Login's prompts. Scope: `update:prompts`. */
  updateSettings: patch('/prompts', { body: optional<UpdateSettingsRequest>(), returns: of<PromptSettings>() }),
  customText: {
    /** Gets the custom text of a prompt in a language. Scope: `read:prompts`. */
    get: get('/prompts/{prompt}/custom-text/{language}', { returns: of<Record<string, unknown>>() }),
    /** Sets the custom text of a prompt in a language. Scope: `update:prompts`. */
    set: put('/prompts/{prompt}/custom-text/{language}', { body: of<Record<string, unknown>>() })
  },
  partials: {
    /** Gets the template partials of a prompt. Scope: `read:prompts`. */
    get: get('/prompts/{prompt}/partials', { returns: of<Record<string, unknown>>() }),
    /** Sets the template partials of a prompt. Scope: `update:prompts`. */
    set: put('/prompts/{prompt}/partials', { body: of<Record<string, unknown>>() })
  },
  rendering: {
    /** Gets the rendering settings of a screen. Scope: `read:prompts`. */
    get: get('/prompts/{prompt}/screen/{screen}/rendering', { returns: of<Acul>() }),
    /** Updates the rendering settings of a screen. Scope: `update:prompts`. */
    update: patch('/prompts/{prompt}/screen/{screen}/rendering', {
      body: optional<AculSettings>(),
      returns: of<UpdateAculResponse>()
    }),
    /** Lists the rendering settings of all screens. Scope: `read:prompts`. */
    list: offsetList('/prompts/rendering', 'configs', { query: of<ListAculsQuery>(), items: of<Acul>() }),
    /** Updates the rendering settings of several screens. Scope: `update:prompts`. */
    bulkUpdate: patch('/prompts/rendering', { body: of<BulkUpdateAculRequest>(), returns: of<BulkUpdateAculResult>() })
  }
}
