// Types of every document in src/, from the schema that a running server tells (an admin's key may ask for it).
import type { CodegenConfig } from "@graphql-codegen/cli";

const headers = { authorization: `Bearer ${process.env.GUANXI_KEY}` };

export default {
  importExtension: ".ts",
  schema: [{ [`${process.env.GUANXI_URL}/graphql`]: { headers } }],
  documents: ["src/*.ts"],
  generates: {
    "./src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        scalars: { DateTime: "string", _Any: "{ __typename: string }" },
      },
    },
  },
} satisfies CodegenConfig;
