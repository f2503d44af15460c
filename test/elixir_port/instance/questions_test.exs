defmodule Thumbnailer.Instance.QuestionsTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Error
  alias Thumbnailer.Instance.{Message, Questions}

  # An instance of another version, which answers one question with that.
  defp answers(answer) do
    spawn_link(fn ->
      receive do
        {:"$gen_call", from, _question} -> GenServer.reply(from, answer)
      end
    end)
  end

  test "a timeout is a number of milliseconds, or why there is none" do
    assert {:ok, 5} |> answers() |> Questions.timeout() == {:ok, 5}
    assert Message.unknown() |> answers() |> Questions.timeout() == Message.unknown()

    for answer <- [{:ok, :soon}, {:ok, 0}, {:ok, %{timeout: 5}}, :later, {:error, :why}],
        do:
          assert(
            {:error, %Error{reason: :bad_reply}} = answer |> answers() |> Questions.timeout()
          )
  end
end
