defmodule Thumbnailer.Instance.PendingRequestTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Request
  alias Thumbnailer.Instance.{Message, PendingRequest}

  defp entry(request \\ %Request{op: :ping}, retries \\ 0),
    do: PendingRequest.new(7, Message.new(request), {self(), make_ref()}, nil, 50, retries, 1_000)

  test "the time that is left is never less than a millisecond" do
    assert PendingRequest.time_left(entry(), 1_000) == 50
    assert PendingRequest.time_left(entry(), 31_500) == 19
    assert PendingRequest.time_left(entry(), 99_000) == 1
  end

  test "overdue, it has some more" do
    overdue = PendingRequest.overdue(%{entry() | state: :sent}, 500)
    assert %PendingRequest{state: :overdue, deadline: 551_000} = overdue
  end

  test "it is sent again as often as it may, while somebody waits for it" do
    sent = %{entry(%Request{op: :ping}, 1) | state: :sent}
    assert {:ok, %{state: :waiting, retries: 0} = again} = PendingRequest.retry(sent)
    assert PendingRequest.retry(%{again | state: :sent}) == :error
    assert PendingRequest.retry(%{sent | reply_to: nil}) == :error
    assert PendingRequest.retry(%{sent | state: :overdue}) == :error
  end

  test "of a stream there is nothing left to send" do
    streamed = entry(%Request{op: :make, source: :stream}, 5)
    assert PendingRequest.retry(%{streamed | state: :sent}) == :error
    assert PendingRequest.retry(%{streamed | state: :sent, kind: :image}) == :error
  end
end
