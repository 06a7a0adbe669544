/** The server has no session, or no token, for this call. */
export class LoginRequired extends Error {}

export async function listOrders () {
  const { orders } = await call('GET')
  return orders
}

export async function placeOrder (item) {
  return await call('POST', { item })
}

/** Calls the API by this page's own server, which adds the access token. */
async function call (method, body) {
  const response = await fetch('/api/orders', {
    method,
    ...body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  })
  if (response.status === 401) throw new LoginRequired()
  if (!response.ok) throw new Error(`The API answered ${response.status}.`)
  return await response.json()
}

/** Shows orders as rows of a table. What the API says is text, never markup. */
export function showOrders (rows, orders) {
  rows.replaceChildren(...orders.map(({ id, item, state }) => {
    const row = document.createElement('tr')
    const badge = cell('span', 'badge', state)
    row.append(cell('td', 'number', id), cell('td', '', item), cell('td', '', badge))
    return row
  }))
}

function cell (tag, className, content) {
  const element = document.createElement(tag)
  element.className = className
  element.append(content)
  return element
}
