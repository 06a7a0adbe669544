import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import {
  context, metrics, SpanStatusCode, trace, type Attributes, type MeterProvider, type Span, type TracerProvider
} from '@opentelemetry/api'
import { version } from '../http/version.js'
import type { Auth0Event } from '../../types/options.js'
import type { TraceMessage } from '../../types/telemetry.js'
import { CHANNELS, type ChannelNames } from './channels.js'

const NAME = 'fastify-auth0'
/** Seconds, as the semantic conventions have them for HTTP. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** Where spans and metrics go. */
export interface InstrumentOptions {
  /** Default: the global one of `@opentelemetry/api`. */
  tracerProvider?: TracerProvider
  /** Default: the global one of `@opentelemetry/api`. */
  meterProvider?: MeterProvider
}

/**
 * Makes spans and metrics of what every registration of the plugin and every `ManagementClient` of this process does.
 * @param options the providers of an OpenTelemetry SDK
 * @returns a function that stops it and ends the spans under way
 * @see https://opentelemetry.io/docs/specs/semconv/general/
 */
export function instrument (options: InstrumentOptions = {}): () => void {
  const tracer = (options.tracerProvider ?? trace.getTracerProvider()).getTracer(NAME, version)
  const meter = (options.meterProvider ?? metrics.getMeterProvider()).getMeter(NAME, version)
  const stops = Object.entries(CHANNELS).map(([channel, names]) =>
    watch(channel, names as unknown as ChannelNames<TraceMessage>))
  const events = meter.createCounter('auth0.events', {
    unit: '{event}',
    description: 'Logins, refreshes, logouts, denials and warnings.'
  })
  const count = (event: unknown): void => {
    events.add(1, attributesOf(event as Auth0Event))
  }
  subscribe('fastify-auth0:event', count)
  return () => {
    unsubscribe('fastify-auth0:event', count)
    for (const stop of stops) stop()
  }

  function watch (channel: string, names: ChannelNames<TraceMessage>): () => void {
    const histogram = meter.createHistogram(names.histogram, {
      unit: 's',
      description: names.description,
      advice: { explicitBucketBoundaries: BUCKETS }
    })
    const underWay = new Map<TraceMessage, { span: Span, attributes: Attributes, since: number }>()

    function start (message: TraceMessage): void {
      const attributes = names.attributes(message)
      const span = tracer.startSpan(names.span(message), { attributes })
      underWay.set(message, { span, attributes, since: performance.now() })
      const { around } = message
      message.around = work => context.with(trace.setSpan(context.active(), span),
        () => around === undefined ? work() : around(work))
    }

    function finish (message: TraceMessage): void {
      const found = underWay.get(message)
      const { outcome, errorType } = message
      if (found === undefined || outcome === undefined) return
      underWay.delete(message)
      const { span, attributes, since } = found
      const error = outcome === 'success' ? {} : { 'error.type': errorType }
      span.setAttributes({ ...error, ...names.more?.(message) })
      if (outcome === 'failure' && names.failureIsFine !== true) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
      histogram.record((performance.now() - since) / 1000, { ...attributes, ...error })
    }

    const subscribers = { start, end: finish, asyncEnd: finish } as never
    const traces = tracingChannel(`fastify-auth0:${channel}`)
    traces.subscribe(subscribers)
    return () => {
      traces.unsubscribe(subscribers)
      for (const { span } of underWay.values()) span.end()
      underWay.clear()
    }
  }
}

/** A failure's reason may be what a visitor has put into an address: it is left out. */
function attributesOf ({ type, outcome, reason, blame }: Auth0Event): Attributes {
  return {
    'auth0.event.type': type,
    'auth0.event.outcome': outcome,
    'auth0.event.blame': blame,
    ...((type === 'warning' || outcome === 'success') && { 'auth0.event.reason': reason })
  }
}
