defmodule Thumbnailer.Batch.CLI.JSONTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Batch.CLI.JSON

  alias Thumbnailer.Batch.CLI.JSON

  defp encode(term), do: term |> JSON.encode() |> IO.iodata_to_binary()

  test "what would end a string or a script is escaped" do
    assert encode("a\n\"\\\u2028</script>é") == ~S("a\u000A\"\\\u2028\u003C/script>é")
  end

  test "a name that is not UTF-8 is still a string" do
    assert encode(<<"a", 255, "b">>) == ~s("a\uFFFDb")
  end
end
