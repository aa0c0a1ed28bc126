import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** Plain-JavaScript tools on purpose: their lock file is complete on every platform. */
export default tseslint.config(
  { ignores: ["**/dist/**", "**/build/**", "**/node_modules/**", "files/**", ".twinport/**"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-floating-promises": ["error", { ignoreVoid: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/no-invalid-void-type": "off",
      "@typescript-eslint/only-throw-error": ["error", { allowThrowingUnknown: true, allowThrowingAny: true }],
      "@typescript-eslint/prefer-promise-reject-errors": ["error", { allowThrowingUnknown: true }],
      "@typescript-eslint/require-await": "off",
      // A table of rows and its handlers are bound together by a type parameter that stands once in the signature.
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      // Patterns and switches are about code points, not about what a reader sees as one letter.
      "@typescript-eslint/no-misused-spread": "off",
      "@typescript-eslint/unified-signatures": "off",
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "BinaryExpression[operator=/^[!=]==$/][left.name=/^(error|err|cause|fault|failure)$/][right.raw='null']",
          message: "Bun's callbacks bring undefined where Node's bring null: ask isCallbackError of bytes/.",
        },
      ],
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["**/test/**/*.ts", "test/**/*.ts"],
    rules: { "max-lines": "off" },
  },
  {
    files: ["**/*.js"],
    languageOptions: {
      globals: {
        process: "readonly",
        AbortController: "readonly",
        AbortSignal: "readonly",
        console: "readonly",
        URL: "readonly",
        setTimeout: "readonly",
        setInterval: "readonly",
        setImmediate: "readonly",
        clearInterval: "readonly",
        clearTimeout: "readonly",
        Buffer: "readonly",
        performance: "readonly",
      },
    },
  },
);
