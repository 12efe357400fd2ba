// What a failed exchange over HTTP means, in words.

import {PlakarError} from '../../errors/plakar-error.js';
import {protocolError} from '../wire/message.js';

const broke = 'the connection broke';

const unreachable: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'nobody listens there',
	ENOTFOUND: 'its name is unknown',
	EAI_AGAIN: 'its name cannot be looked up now',
	EHOSTUNREACH: 'there is no way to that host',
	ENETUNREACH: 'there is no way to that network',
	ETIMEDOUT: 'it did not answer in time',
	ECONNRESET: broke,
	ECONNABORTED: broke,
	EPIPE: broke,
	ERR_STREAM_PREMATURE_CLOSE: broke,
	ERR_SOCKET_CLOSED: broke,
};

const distrusted: Readonly<Record<string, string>> = {
	CERT_HAS_EXPIRED: 'its certificate has expired',
	CERT_NOT_YET_VALID: 'its certificate is not valid yet',
	DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed and not among those to trust',
	SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that is not among those to trust',
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an authority that is not among those to trust',
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an authority that is not among those to trust',
	UNABLE_TO_GET_ISSUER_CERT: 'its certificate comes from an authority that is not among those to trust',
	ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

/** `error` as one of the line to `peer`; a PlakarError is passed on. */
export function lineError(peer: string, error: unknown): PlakarError {
	if (error instanceof PlakarError) {
		return error;
	}

	const {code = '', message} = error as NodeJS.ErrnoException;
	const reason = distrusted[code];
	if (reason !== undefined) {
		return new PlakarError('AUTHENTICATION_FAILED', {
			message: `${peer} is not trusted: ${reason}.`,
			hint: 'Mend the certificate, or name the authority to trust with --ca-file or PLAKAR_CA_FILE.',
			context: {reason: code},
			cause: error,
		});
	}

	if (code.startsWith('HPE_')) {
		return protocolError(peer, `what answers there does not speak HTTP (${code})`, error);
	}

	if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
		return protocolError(peer, `what answers there does not speak TLS as it should (${code})`, error);
	}

	const why = unreachable[code] ?? (code === '' ? message : code);
	const perhapsSecure = why === broke && peer.startsWith('plakar://') ? ' If the port expects TLS, write plakars:// instead of plakar://.' : '';
	return new PlakarError('BACKEND_UNAVAILABLE', {
		message: `${peer} cannot be reached: ${why}.`,
		hint: `Check the network and the server, then run the same command again; what was sent is kept.${perhapsSecure}`,
		context: {reason: code},
		cause: error,
	});
}
