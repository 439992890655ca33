/** The two ceremonies of WebAuthn with plain JSON on both sides: byte strings are base64url. */

/** @returns {boolean} false on plain http, where browsers keep passkeys to themselves */
export function areKnown() {
  return Boolean(window.isSecureContext && window.PublicKeyCredential && navigator.credentials);
}

/**
 * @param {any} publicKey the server's options
 * @param {boolean} isAlone whether it shall sign in without a password: then the device itself asks who holds it
 * @returns {Promise<object>} what the server checks
 */
export async function create(publicKey, isAlone) {
  const alone = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: described(publicKey.excludeCredentials),
      authenticatorSelection: { ...publicKey.authenticatorSelection, ...(isAlone && alone) },
    },
  });
  return told(made, ["clientDataJSON", "attestationObject"]);
}

/**
 * @param {any} publicKey the server's options
 * @returns {Promise<object>}
 */
export async function get(publicKey) {
  const given = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      allowCredentials: described(publicKey.allowCredentials),
    },
  });
  return told(given, ["clientDataJSON", "authenticatorData", "signature", "userHandle"]);
}

function described(credentials) {
  return (credentials ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
}

function told(credential, names) {
  const parts = names.filter((name) => credential.response[name]);
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: Object.fromEntries(parts.map((name) => [name, text(credential.response[name])])),
  };
}

function bytes(base64url) {
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function text(buffer) {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
