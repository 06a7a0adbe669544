import type { Feature } from '../engine/context.js'
import { buttons, escape, page, problem } from './page.js'

const lifetime = 900

/** Login on devices without a keyboard. @see RFC 8628 */
export const deviceFlow: Feature = {
  configure: () => ({
    ttl: { DeviceCode: lifetime },
    features: {
      deviceFlow: {
        enabled: true,
        charset: 'base-20',
        mask: '****-****',
        userCodeInputSource (ctx, form, _out, error) {
          const message = error === undefined ? undefined : 'The code is not valid, or the login was cancelled.'
          ctx.body = page('activate', 'Device Activation', '<p>Enter the code displayed on your ' +
            `device.</p>${problem(message)}${form.replace('</form>', `${buttons()}</form>`)}`)
        },
        userCodeConfirmSource (ctx, form, client, _device, userCode) {
          ctx.body = page('activate-confirm', 'Device Confirmation',
            `<p>Does ${escape(client.clientName)} show this code?</p><pre id="user-code">${escape(userCode)}</pre>` +
              form.replace('</form>', '<button class="primary" type="submit" id="continue">Confirm</button>' +
                '<button type="submit" id="cancel" name="abort" value="yes">Cancel</button></form>'))
        },
        successSource (ctx) {
          ctx.body = page('activated', "Congratulations, you're all set!", '<p>Your device is now connected.</p>')
        }
      }
    }
  })
}
