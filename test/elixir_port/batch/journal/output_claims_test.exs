defmodule Thumbnailer.Batch.Journal.OutputClaimsTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch.Journal.OutputClaims

  defp claims(fold) do
    {:ok, claims} = OutputClaims.open(Path.join(folder(), "claims"), fold)
    on_exit(fn -> if Process.alive?(claims.table), do: OutputClaims.close(claims) end)
    claims
  end

  # The same name in each pair for a file system that folds names.
  @twins [
    {"a/Photo.JPG", "A/pHOTO.jpg"},
    {"\u00C9t\u00E9.jpg", "e\u0301te\u0301.JPG"},
    {"\u00E9.jpg", "e\u0301.jpg"}
  ]

  test "where names are told apart, twins by case or normal form are different outputs" do
    for {one, other} <- @twins,
        do: assert(OutputClaims.claim(claims(false), [{one, "1"}, {other, "2"}]) == [:ok, :ok])
  end

  test "where names are folded, they are one output, which the first input keeps" do
    for {one, other} <- @twins do
      claims = claims(true)
      assert OutputClaims.claim(claims, [{one, "1"}, {other, "2"}]) == [:ok, {:taken, "1"}]
      assert OutputClaims.claim(claims, [{other, "1"}, {"b" <> other, "2"}]) == [:again, :ok]
    end
  end

  test "where names are folded, bytes that are not UTF-8 are told apart" do
    pairs = [{<<0xE9, ".jpg">>, "1"}, {<<0xC9, ".jpg">>, "2"}, {<<0xE9, ".jpg">>, "3"}]
    assert OutputClaims.claim(claims(true), pairs) == [:ok, :ok, {:taken, "1"}]
  end
end
