import type { Attributes } from '@opentelemetry/api'
import type { TraceMessages } from '../../types/telemetry.js'

/** How the messages of one channel become spans and a histogram. */
export interface ChannelNames<M> {
  span: (message: M) => string
  /** In seconds. */
  histogram: string
  description: string
  /** Of span and histogram: few values only. Read when the work begins. */
  attributes: (message: M) => Attributes
  /** Of the span alone, when the work is done. */
  more?: (message: M) => Attributes
  /** Whether a failure is what the work is for. */
  failureIsFine?: boolean
}

/** Every channel. The guide to telemetry lists these names. */
export const CHANNELS: { readonly [N in keyof TraceMessages]: ChannelNames<TraceMessages[N]> } = {
  login: {
    span: () => 'auth0.login',
    histogram: 'auth0.login.duration',
    description: 'Time to start a login.',
    attributes: ({ domain, kind }) => ({ ...server(domain), 'auth0.login.kind': kind })
  },
  callback: {
    span: () => 'auth0.callback',
    histogram: 'auth0.callback.duration',
    description: 'Time to finish a login.',
    attributes: ({ domain }) => server(domain)
  },
  refresh: {
    span: () => 'auth0.refresh',
    histogram: 'auth0.refresh.duration',
    description: 'Time to renew tokens, waits included.',
    attributes: ({ domain }) => server(domain),
    more: ({ queueWait, lockWait, call }) => ({
      ...seconds('auth0.refresh.queue_wait', queueWait),
      ...seconds('auth0.refresh.lock_wait', lockWait),
      ...seconds('auth0.refresh.call', call)
    })
  },
  store: {
    span: ({ store, operation }) => `auth0.store ${store}.${operation}`,
    histogram: 'auth0.store.operation.duration',
    description: 'Time of one call of a store.',
    attributes: ({ store, operation }) => ({ 'auth0.store.name': store, 'auth0.store.operation': operation })
  },
  discovery: {
    span: () => 'auth0.discovery',
    histogram: 'auth0.discovery.duration',
    description: 'Time to fetch the metadata of the tenant.',
    attributes: ({ domain }) => server(domain)
  },
  jwks: {
    span: () => 'auth0.jwks',
    histogram: 'auth0.jwks.duration',
    description: 'Time to fetch the signing keys of the tenant.',
    attributes: () => ({}),
    more: ({ domain }) => server(domain)
  },
  guard: {
    span: ({ guard }) => `auth0.guard ${guard}`,
    histogram: 'auth0.guard.duration',
    description: 'Time until a guard has decided.',
    attributes: ({ guard }) => ({ 'auth0.guard.name': guard }),
    failureIsFine: true
  },
  management: {
    span: ({ method, path }) => `auth0.management ${method} ${path}`,
    histogram: 'auth0.management.request.duration',
    description: 'Time of one call of the Management API, waits and repetitions included.',
    attributes: ({ domain, method, path }) => ({
      ...server(domain),
      'http.request.method': method,
      'url.template': `/api/v2${path}`
    })
  }
}

function server (domain: string | undefined): Attributes {
  return domain === undefined ? {} : { 'server.address': domain }
}

function seconds (name: string, milliseconds: number | undefined): Attributes {
  return milliseconds === undefined ? {} : { [name]: milliseconds / 1000 }
}
