/** Opens the login in a window of its own, so that this page stays as it is. */
export function openLogin (loginUrl) {
  const width = 480
  const height = 680
  const left = window.screenX + Math.max(0, (window.outerWidth - width) / 2)
  const top = window.screenY + Math.max(0, (window.outerHeight - height) / 2)
  const popup = window.open(`${loginUrl}?display=popup`, 'login',
    `popup,width=${width},height=${height},left=${left},top=${top}`)
  if (popup === null) throw new Error('The browser has blocked the window. Please allow windows for this page.')
}

/**
 * Calls `heard` when a login in a window has ended: `{ outcome: 'success' }`, or `{ outcome: 'failure', code, message }`.
 * The window says so to its opener, and to all tabs of this origin: an opener with a Cross-Origin-Opener-Policy is out
 * of its reach.
 */
export function onLogin (heard) {
  const listen = ({ origin, data }) => {
    if (origin === window.location.origin && data?.source === 'fastify-auth0' && data.type === 'login') heard(data)
  }
  window.addEventListener('message', listen)
  new BroadcastChannel('fastify-auth0').addEventListener('message', listen)
}
