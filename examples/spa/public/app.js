import { listOrders, LoginRequired, placeOrder, showOrders } from './orders.js'
import { onLogin, openLogin } from './popup.js'
import { Session } from './session.js'

/** Seconds before the end of the session at which the page asks whether to stay. */
const ASK_BEFORE = 60

const $ = id => document.getElementById(id)
const session = new Session()
const tabs = new BroadcastChannel('orders')
/** Whose page this is. A session that ends by itself leaves the page as it is; a logout does not. */
let owner
/** Whether the API wants another login, though there is a session. */
let refused = false
let asking = false

function show () {
  const { user } = session
  if (user !== undefined && user.sub !== owner) begin(user)
  const ended = owner !== undefined && (user === undefined || refused)
  $('loading').hidden = true
  $('signed-out').hidden = owner !== undefined
  $('orders').hidden = owner === undefined
  $('ended').hidden = !ended
  $('list').hidden = ended
  $('order').disabled = ended
  $('who').hidden = $('log-out').hidden = user === undefined
  $('who').textContent = user?.name ?? user?.email ?? ''
  $('log-in').href = session.loginUrl
  if (user === undefined && $('expiring').open) {
    $('expiring').close()
    if (ended) $('log-in-again').focus()
  }
}

/** Another user gets nothing of what the one before has typed or seen. */
function begin (user) {
  owner = user.sub
  clear()
  refresh()
}

function clear () {
  $('new').reset()
  $('rows').replaceChildren()
  $('status').textContent = $('login-status').textContent = ''
}

/** The user has logged out: nothing of the page stays. */
function forget () {
  owner = undefined
  clear()
  session.forget()
}

/** Does what needs the session. Where a login is needed, the page says so and keeps what was typed. */
async function attempt (work) {
  $('status').textContent = ''
  try {
    await work()
  } catch (error) {
    if (error instanceof LoginRequired) {
      refused = true
      show()
    } else $('status').textContent = error.message
  }
}

async function refresh () {
  await attempt(async () => showOrders($('rows'), await listOrders()))
}

async function tick () {
  // Another tab, or a call of the API, may have prolonged the session since this page has looked.
  if (endsSoon() && !$('expiring').open && !asking) {
    asking = true
    await session.look()
    asking = false
    if (endsSoon()) $('expiring').showModal()
  }
  if (!endsSoon()) $('expiring').close()
  const { secondsLeft: left } = session
  const minutes = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
  $('left').textContent = session.user === undefined ? 'You are not logged in.' : `Your session has ${minutes} left.`
  $('clock').textContent = minutes
}

function endsSoon () {
  return session.user !== undefined && session.secondsLeft <= ASK_BEFORE
}

async function stay () {
  await session.look({ touch: true })
  $('expiring').close()
}

async function logOut () {
  try {
    const next = await session.end()
    tabs.postMessage('logged-out')
    // The Back button may show this page as it is now.
    forget()
    window.location.assign(next)
  } catch (error) {
    $('status').textContent = error.message
  }
}

session.addEventListener('change', show)
session.addEventListener('change', tick)
session.addEventListener('tick', tick)
tabs.addEventListener('message', forget)
$('stay').addEventListener('click', stay)
$('expiring').addEventListener('cancel', stay)
$('leave').addEventListener('click', logOut)
$('log-out').addEventListener('click', logOut)
$('new').addEventListener('submit', event => {
  event.preventDefault()
  attempt(async () => {
    const { id } = await placeOrder(new FormData($('new')).get('item'))
    $('new').reset()
    await refresh()
    $('status').textContent = `Order ${id} is taken.`
  })
})
$('log-in-again').addEventListener('click', () => {
  try {
    openLogin(session.loginUrl)
    $('login-status').textContent = 'Go on in the window that has opened.'
  } catch (error) {
    $('login-status').textContent = error.message
  }
})
onLogin(async ({ outcome, message }) => {
  $('login-status').textContent = outcome === 'failure' ? message : ''
  if (outcome === 'failure') return
  refused = false
  await session.look()
  show()
  await refresh()
})

await session.look({ touch: true })
session.watch()
