defmodule Thumbnailer.Instance.MessageTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.{Error, Request}
  alias Thumbnailer.Instance.{Client, Message}

  defp request(opts \\ []), do: elem(Request.make!({:bytes, "image"}, [100], opts), 0)

  # Every map within a term.
  defp maps(%{} = map), do: [map | map |> Map.to_list() |> Enum.flat_map(&maps/1)]
  defp maps(tuple) when is_tuple(tuple), do: tuple |> Tuple.to_list() |> maps()
  defp maps([first | rest]), do: maps(first) ++ maps(rest)
  defp maps(_other), do: []

  test "no struct crosses to another node: a node of another version may have other fields" do
    message = Client.message(make_ref(), request(timeout: 50, retries: 2))
    assert [%{version: 2} | _] = maps = maps(message)
    refute Enum.any?(maps, &is_map_key(&1, :__struct__))

    assert {:error, error} =
             Message.outcome({:error, Error.new(:crashed, "it died", signal: :segv)})

    refute is_map_key(error, :__struct__)
  end

  test "what a node of another version sends is taken, or refused with words" do
    message = Message.new(request())
    assert Message.check(Map.put(message, :more, 1)) == :ok

    for other <- [
          %{message | version: 1},
          %{message | version: 3},
          %{},
          [:make],
          nil
        ] do
      assert {:error, %Error{reason: :unavailable, message: words}} = Message.check(other)
      assert words =~ "this one takes version 2"
    end
  end

  test "what only says that it is of this version is refused as well" do
    message = Message.new(request())

    for other <- [
          Map.delete(message, :timeout),
          Map.delete(message, :caller),
          %{message | caller: "me"},
          %{message | op: :sing},
          %{message | timeout: "soon"},
          %{message | timeout: 0},
          %{message | retries: -1},
          %{message | bytes: :many},
          %{message | body: {1, :image}},
          %{message | body: []}
        ] do
      assert {:error, %Error{reason: :unavailable, message: words}} = Message.check(other)
      assert words =~ "none of version 2, which it says it is"
    end
  end

  test "the data of another node are looked through, as they go to the program" do
    message = Message.new(request())
    {options, data} = message.body
    assert Message.check_foreign(message) == :ok
    assert {:error, %Error{}} = Message.check_foreign(%{message | bytes: message.bytes - 1})
    assert {:error, %Error{}} = Message.check_foreign(%{message | body: {options, [data, :more]}})
  end

  test "an outcome is the same after the way there and back" do
    error = {:error, Error.new(:too_large, "it is too large", limit: 5)}
    assert error |> Message.outcome() |> Message.cast_outcome() == error
    assert {:ok, %{a: 1}} |> Message.outcome() |> Message.cast_outcome() == {:ok, %{a: 1}}
  end

  test "a reason of a newer version is an error all the same, and what is no outcome is one, too" do
    newer = {:error, %{reason: :bored, message: "m", details: %{}, more: 1}}
    assert {:error, %Error{reason: :internal, message: "m"}} = Message.cast_outcome(newer)
    assert {:error, %Error{reason: :bad_reply}} = Message.cast_outcome({:error, 5})

    for details <- [nil, [1], %{__struct__: Gone}] do
      other = {:error, %{reason: :crashed, message: "m", details: details}}
      assert {:error, %Error{reason: :crashed, details: %{}}} = Message.cast_outcome(other)
    end

    assert {:error, %Error{reason: :bad_reply}} = Message.cast_outcome(:ok)
  end
end
