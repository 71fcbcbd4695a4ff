import { defineConfig } from '@playwright/test';

// The story runs on the built program with a data folder of its own; `make e2e` builds it first.
const address = process.env.FORECOURT_E2E_ADDR ?? '127.0.0.1:18490';

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
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'],
    },
  },
  webServer: {
    command: 'rm -rf test-results/var && exec ../bin/forecourt serve',
    env: { FORECOURT_ADDR: address, FORECOURT_DATA: './test-results/var' },
    url: `http://${address}/`,
    timeout: 120_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 15_000 },
    reuseExistingServer: false,
  },
});
