import tseslint from 'typescript-eslint';

export default tseslint.config(
	{ignores: ['dist/', 'dist.building-*/', 'node_modules/', 'coverage/']},
	...tseslint.configs.strict,
	{
		files: ['**/*.{ts,tsx}'],
		rules: {
			'@typescript-eslint/no-non-null-assertion': 'off',
			'@typescript-eslint/consistent-type-definitions': ['error', 'type'],
			'@typescript-eslint/consistent-type-imports': 'error',
			'@typescript-eslint/no-unused-vars': ['error', {argsIgnorePattern: '^_', varsIgnorePattern: '^_'}],
			'@typescript-eslint/no-invalid-void-type': 'off',
			'@typescript-eslint/no-dynamic-delete': 'off',
		},
	},
	{
		rules: {
			eqeqeq: 'error',
			'no-var': 'error',
			'prefer-const': 'error',
			'object-shorthand': 'error',
			'no-warning-comments': 'error',
			'no-console': 'error',
			// Its types have them; Node 20 itself only behind a flag.
			'no-restricted-globals': ['error', 'WebSocket', 'EventSource'],
			'no-restricted-exports': ['error', {restrictDefaultExports: {direct: true}}],
			'max-lines': ['error', {max: 400, skipBlankLines: true, skipComments: true}],
			curly: 'error',
		},
	},
	{
		files: ['*.config.{ts,js}', 'demo/**', 'bench/**', 'test/build-once.ts', 'test/closing-line.ts', 'test/long-first.ts', 'build.js'],
		rules: {'no-restricted-exports': 'off', 'no-console': 'off'},
	},
	{
		// What they stand in for is loaded when it is needed, or never.
		files: ['stand-ins/**'],
		rules: {'no-restricted-exports': 'off', '@typescript-eslint/no-require-imports': 'off'},
	},
	{
		// Loaded before anything else, as CommonJS.
		files: ['bundle/load.js', 'bundle/*.cjs'],
		rules: {'@typescript-eslint/no-require-imports': 'off'},
	},
	{
		files: ['source/ui/terminal/lifecycle.ts'],
		rules: {'no-console': 'off'},
	},
);
