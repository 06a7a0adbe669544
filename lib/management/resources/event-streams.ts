import type {
  CreateEventStreamActionRequest, CreateEventStreamEventBridgeRequest, CreateEventStreamTestEventRequest,
  CreateEventStreamWebHookRequest, EventStream, EventStreamDelivery, EventStreamRedelivery,
  ListEventStreamDeliveriesQuery, UpdateEventStreamRequest
} from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'
import { arrayList, checkpointList } from '../lists.js'

export const eventStreams = {
  /** Lists event streams. Scope: `read:event_streams`. */
  list: checkpointList('/event-streams', 'eventStreams', { items: of<EventStream>() }),
  /** Creates an event stream. Scope: `create:event_streams`. */
  create: post('/event-streams', {
    body: of<CreateEventStreamWebHookRequest | CreateEventStreamEventBridgeRequest | CreateEventStreamActionRequest>(),
    returns: of<EventStream>()
  }),
  /** Deletes an event stream. Scope: `delete:event_streams`. */
  delete: del('/event-streams/{id}'),
  /** Gets an event stream. Scope: `read:event_streams`. */
  get: get('/event-streams/{id}', { returns: of<EventStream>() }),
  /** Updates an event stream. Scope: `update:event_streams`. */
  update: patch('/event-streams/{id}', { body: optional<UpdateEventStreamRequest>(), returns: of<EventStream>() }),
  /** Sends a test event through an event stream. Scope: `update:event_streams`. */
  test: post('/event-streams/{id}/test', {
    body: of<CreateEventStreamTestEventRequest>(),
    returns: of<EventStreamDelivery>()
  }),
  deliveries: {
    /** Lists failed deliveries of an event stream. Scope: `read:event_streams` or `read:event_deliveries`. */
    list: arrayList('/event-streams/{id}/deliveries', {
      query: of<ListEventStreamDeliveriesQuery>(),
      items: of<EventStreamDelivery>()
    }),
    /** Gets the delivery attempts of an event. Scope: `read:event_deliveries`. */
    getHistory: get('/event-streams/{id}/deliveries/{event_id}', { returns: of<EventStreamDelivery>() })
  },
  redeliveries: {
    /** Delivers failed events again. Scope: `update:event_deliveries`. */
    create: post('/event-streams/{id}/redeliver', {
      body: optional<EventStreamRedelivery>(),
      returns: of<EventStreamRedelivery>()
    }),
    /** Delivers one failed event again. Scope: `update:event_deliveries`. */
    createById: post('/event-streams/{id}/redeliver/{event_id}')
  }
}
