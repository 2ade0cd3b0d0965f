import parser from '@typescript-eslint/parser';
import reactHooks from 'eslint-plugin-react-hooks';

// Only for what no other linter here knows: the rules of React and of its compiler.
export default [
  {
    files: [
      'src/react/**/*.{ts,tsx}',
      'examples/{react,next,tanstack-devtools,web,with-official-client}/**/*.{ts,tsx}',
    ],
    languageOptions: { parser, parserOptions: { ecmaFeatures: { jsx: true } } },
    ...reactHooks.configs.flat['recommended-latest'],
  },
];
