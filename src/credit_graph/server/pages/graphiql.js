// Mounts GraphiQL on our own endpoint. A key goes into the headers editor and is not stored by the page.
const query = `# 示例：按名称检索。运行：Ctrl+Enter
{
  meta { seq today }
  search(text: "有限公司", first: 5) {
    edges { node { code name state } }
    pageInfo { hasNextPage endCursor }
  }
}
`;
const fetcher = GraphiQL.createFetcher({ url: "/graphql" });
const element = React.createElement(GraphiQL, { fetcher, defaultQuery: query, shouldPersistHeaders: false });
ReactDOM.render(element, document.getElementById("graphiql"));
