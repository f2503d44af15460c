defmodule Thumbnailer.Plug.ResponseTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Error
  alias Thumbnailer.Plug.Response

  test "every reason has a status, and only what may be over soon is worth asking again" do
    statuses =
      for {reason, _from, _meaning} <- Error.table(), do: {reason, Response.status(reason)}

    assert length(statuses) == length(Error.table())

    assert Enum.sort(for {reason, 503} <- statuses, do: reason) ==
             [:cancelled, :overloaded, :port_exited, :unavailable]
  end
end
