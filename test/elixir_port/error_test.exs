defmodule Thumbnailer.ErrorTest do
  use ExUnit.Case, async: true

  doctest Thumbnailer.Error

  alias Thumbnailer.Error

  test "raised, it says its message" do
    error = Error.new(:not_found, "no file has the path /a", %{})
    assert_raise Error, "no file has the path /a", fn -> raise error end
  end

  test "details are a map" do
    assert Error.new(:crashed, "it died", signal: :segv).details == %{signal: :segv}
  end

  test "only reasons of the table are reasons" do
    for {reason, _from, _meaning} <- Error.table(), do: assert(Error.reason?(reason))
    refute Error.reason?(:no_idea)
    refute Error.reason?("timeout")
  end

  test "the documentation lists every reason" do
    {:docs_v1, _, _, _, %{"en" => docs}, _, _} = Code.fetch_docs(Error)
    for {reason, _from, meaning} <- Error.table(), do: assert(docs =~ "`:#{reason}` - #{meaning}")
  end
end
