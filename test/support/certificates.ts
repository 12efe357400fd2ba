// Certificates for a test's server on loopback, made by openssl.

import {execFileSync, spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

export type Certificate = {readonly certFile: string; readonly keyFile: string; readonly cert: string; readonly key: string};

/** A self-signed certificate for 127.0.0.1 in `folder`; with negative `days`, one that has expired. */
export function makeCertificate(folder: string, name: string, days = 2, address = '127.0.0.1'): Certificate {
	const [certFile, keyFile, first] = ['cert', 'key', 'first'].map(ending => join(folder, `${name}.${ending}`)) as [string, string, string];
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile, '-out', first, '-days', '1', '-subj', '/CN=test', '-addext', `subjectAltName=IP:${address}`], {stdio: 'ignore'});
	execFileSync('openssl', ['x509', '-in', first, '-signkey', keyFile, '-days', String(days), '-out', certFile], {stdio: ['ignore', 'ignore', 'ignore']});
	return {certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8')};
}
