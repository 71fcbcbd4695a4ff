import { defineConfig } from '@playwright/test';

import { issuer, provider } from './e2e/people';

// The story runs on the built program with a data folder of its own; `make e2e` builds it first. Beside it runs a small identity
// provider, whose certificate is the one that the program trusts.
const address = process.env.FORECOURT_E2E_ADDR ?? '127.0.0.1:18490';
const certificate = 'test-results/provider.pem';

export default defineConfig({
  testDir: './e2e',
  outputDir: './test-results',
  timeout: 120_000,
  expect: { timeout: 15_000 },
  workers: 1,
  reporter: [['list']],
  use: {
    baseURL: `http://${address}`,
    locale: 'zh-CN',
    ignoreHTTPSErrors: true, // the provider's certificate is of this run
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'],
    },
  },
  webServer: [
    {
      command: `go run ../cmd/testprovider ${provider} ${certificate}`,
      url: `${issuer}/.well-known/openid-configuration`,
      ignoreHTTPSErrors: true,
      timeout: 120_000,
      gracefulShutdown: { signal: 'SIGTERM', timeout: 15_000 },
      reuseExistingServer: false,
    },
    {
      command: 'rm -rf test-results/var && exec ../bin/forecourt serve',
      env: { FORECOURT_ADDR: address, FORECOURT_DATA: './test-results/var', FORECOURT_PRIVATE_ISSUERS: 'true', SSL_CERT_FILE: certificate },
      url: `http://${address}/`,
      timeout: 120_000,
      gracefulShutdown: { signal: 'SIGTERM', timeout: 15_000 },
      reuseExistingServer: false,
    },
  ],
});
